/** The first rows of a CSV as a person would read them: delimiter guessed from the first line, quotes undone. */
export function sampleCsv(
  text: string,
  rows: number,
): { columns: string[]; sample: string[][]; delimiter: string } {
  const clean = text.replace(/^\uFEFF/, '')
  const head = clean.slice(0, clean.search(/\r?\n|$/))
  const delimiter = [';', '\t', ','].reduce(
    (best, one) => (head.split(one).length > head.split(best).length ? one : best),
    ',',
  )
  const parsed = parse(clean, delimiter, rows + 1)
  const [columns = [], ...sample] = parsed
  return { columns: columns.map((column) => column.trim()), sample, delimiter }
}

function parse(text: string, delimiter: string, limit: number): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length && rows.length < limit; at++) {
    const character = text[at]
    if (quoted) {
      if (character === '"' && text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else if (character === '"') quoted = false
      else cell += character
    } else if (character === '"' && cell === '') quoted = true
    else if (character === delimiter) {
      row.push(cell)
      cell = ''
    } else if (character === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      row = []
      cell = ''
    } else cell += character
  }
  if (rows.length < limit && (cell !== '' || row.length > 0)) rows.push([...row, cell])
  return rows
}
