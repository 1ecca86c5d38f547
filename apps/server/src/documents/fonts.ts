import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Font families in the order in which they are asked for a glyph, and the folders their files are in. */
export interface DocumentFonts {
  families: string[]
  folders: string[]
}

/**
 * IBM Plex Sans Arabic and not Noto: Noto Sans Arabic draws the dots of a letter as a glyph of their own, and such a
 * letter is extracted from a PDF twice or as another one (الرياض as الريياضض).
 */
const fonts = [
  { family: 'Noto Sans', folder: 'noto-sans' },
  { family: 'IBM Plex Sans Arabic', folder: 'ibm-plex-sans-arabic' },
  { family: 'Noto Sans Hebrew', folder: 'noto-sans-hebrew' },
  { family: 'Noto Sans JP', folder: 'noto-sans-jp' },
]

/** Used where their package is installed; without it their characters print as empty boxes. */
const more_fonts = [
  { family: 'Noto Sans SC', folder: 'noto-sans-sc' },
  { family: 'Noto Sans KR', folder: 'noto-sans-kr' },
  { family: 'Noto Sans Thai', folder: 'noto-sans-thai' },
  { family: 'Noto Sans Devanagari', folder: 'noto-sans-devanagari' },
  { family: 'Noto Emoji', folder: 'noto-emoji' },
]

/** The two weights that the templates use. Only these are read, and a file only when it has a glyph to draw. */
const weights = ['400Regular', '600SemiBold']

export function documentFonts(): DocumentFonts {
  const installed = [...fonts, ...more_fonts.filter((font) => packageFolder(font.folder) !== undefined)]
  return {
    families: installed.map((font) => font.family),
    folders: installed.flatMap((font) => {
      const folder = packageFolder(font.folder)
      if (folder === undefined)
        throw new Error(`The font package @expo-google-fonts/${font.folder} is not installed.`)
      return weights.map((weight) => join(folder, weight)).filter((path) => existsSync(path))
    }),
  }
}

const { resolve } = createRequire(import.meta.url)

function packageFolder(name: string): string | undefined {
  try {
    return dirname(resolve(`@expo-google-fonts/${name}/package.json`))
  } catch {
    // Not installed: the caller decides whether that matters.
    return undefined
  }
}
