import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One finding. A warning is told and does not fail the check. */
export type Problem = { rule: string; file: string; line: number; sentence: string; warning?: true }

/** A text file of the repository; `path` is relative to its root, with forward slashes. */
export type SourceFile = { path: string; text: string }

const leftOut = new Set(['node_modules', 'dist', 'coverage', '.git'])
const notText = /\.(png|jpe?g|gif|webp|ico|woff2?|ttf|otf|pdf|gz|zip)$/

/** Every text file that is, or would be, committed below `root`. The fixtures are deliberate mistakes. */
export function readSource(root: string): SourceFile[] {
  const files: SourceFile[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (leftOut.has(entry.name) || path === 'data' || path === 'tools/fixtures') continue
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile() && !notText.test(path) && !path.endsWith('.log'))
        files.push({ path, text: readFileSync(join(root, path), 'utf8') })
    }
  }
  walk('')
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

export const isTypeScript = (file: SourceFile): boolean => /\.tsx?$/.test(file.path)
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)
