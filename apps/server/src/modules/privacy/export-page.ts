import { personalIn } from '#kernel/personal.ts'
import { words, type Resource } from '#kernel/resource.ts'

/** Rows of one noun; of many only the first are here. */
export type Section = { noun: Resource; rows: Record<string, unknown>[]; total: number }

/** The readable part of an export: one page that needs nothing else, in plain words. */
export function pageOf(
  told: { title: string; isp: string; at: string },
  sections: readonly Section[],
): string {
  const filled = sections.filter(({ total }) => total > 0)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Personal data of ${text(told.title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 14px } th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dde3ea }
h2 { margin-top: 2.5rem } .note { color: #5a6675 }
</style>
<h1>Personal data of ${text(told.title)}</h1>
<p>This is everything ${text(told.isp)} keeps about you, as of ${text(told.at.slice(0, 16).replace('T', ' '))} (UTC).</p>
<p>The same data for a computer to read is in <a href="data.json">data.json</a>. Files that belong to you are in the folder
<em>files</em>, your invoices in the folder <em>invoices</em>. Passwords are kept but never shown: where there is one it says “set”.</p>
<h2>What there is</h2>
<ul>
${filled.map(({ noun, total }) => `<li><a href="#${noun.name}">${text(noun.label_plural)}</a>: ${total}</li>`).join('\n')}
</ul>
${filled.map(sectionOf).join('\n')}
</html>
`
}

function sectionOf({ noun, rows, total }: Section): string {
  const columns = Object.keys(rows[0] ?? {}).filter(
    (name) => !idLike(noun, name) && rows.some((row) => !empty(row[name])),
  )
  const body =
    total === 1
      ? columns
          .map(
            (name) =>
              `<tr><th scope="row">${text(labelOf(noun, name))}</th><td>${valueOf(rows[0]![name])}</td></tr>`,
          )
          .join('\n')
      : `<tr>${columns.map((name) => `<th scope="col">${text(labelOf(noun, name))}</th>`).join('')}</tr>\n${rows
          .map((row) => `<tr>${columns.map((name) => `<td>${valueOf(row[name])}</td>`).join('')}</tr>`)
          .join('\n')}`
  return `<h2 id="${noun.name}">${text(noun.label_plural)}</h2>
${total > rows.length ? `<p class="note">The first ${rows.length} of ${total}; all of them are in data.json.</p>\n` : ''}<div class="wide"><table>
${body}
</table></div>`
}

/** A reference means something to a computer only. What a person may read is what names somebody, says when, or how much. */
const idLike = (noun: Resource, name: string): boolean => {
  const field = noun.fields[name]
  if (name === 'id' || name === 'updated_at') return true
  return (
    field?.kind === 'reference' ||
    field?.kind === 'references' ||
    (field?.kind === 'json' && personalIn(field) === false)
  )
}

const labelOf = (noun: Resource, name: string): string => noun.fields[name]?.label ?? words(name)

const empty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0)

function valueOf(value: unknown): string {
  if (empty(value) || value === undefined) return ''
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (typeof value === 'object')
    return Object.entries(value as object)
      .filter(([, inner]) => !empty(inner))
      .map(([key, inner]) => `${text(words(key))}: ${valueOf(inner)}`)
      .join('<br>')
  return text(String(value))
}

const text = (value: string): string =>
  value.replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!,
  )
