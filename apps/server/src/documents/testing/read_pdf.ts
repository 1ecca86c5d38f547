import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

export interface ReadPage {
  /** As pdf.js extracts it, in compatibility form (NFKC) as every PDF search compares it. */
  text: string
  /** Where the rightmost text ends, in points from the left edge of the page. */
  right_edge: number
}

/** Reads the text back out of a PDF. Throws if it is not a PDF. */
export async function readPdf(pdf: Uint8Array): Promise<ReadPage[]> {
  const task = getDocument({ data: pdf.slice(), verbosity: 0 })
  const document = await task.promise
  const pages: ReadPage[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    const texts = items.filter((item) => 'str' in item)
    pages.push({
      text: texts
        .map((item) => item.str + (item.hasEOL ? '\n' : ''))
        .join('')
        .normalize('NFKC'),
      right_edge: Math.max(...texts.map((item) => Number(item.transform[4]) + item.width)),
    })
  }
  await task.destroy()
  return pages
}

/** All pages in one string. */
export async function readText(pdf: Uint8Array): Promise<string> {
  return (await readPdf(pdf)).map((page) => page.text).join('\n')
}
