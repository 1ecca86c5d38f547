/** Text that is HTML already; everything else that is put into a page is escaped. */
export type Html = { html: string }

/** A piece of a page. What stands in `${}` is escaped, other pieces and lists of them are taken as they are. */
export function html(
  strings: TemplateStringsArray,
  ...parts: (Html | readonly Html[] | string | number)[]
): Html {
  return { html: strings.reduce((text, piece, n) => text + piece + print(parts[n]), '') }
}

export const nothing: Html = { html: '' }

function print(part: Html | readonly Html[] | string | number | undefined): string {
  if (part === undefined) return ''
  if (typeof part === 'object') return 'html' in part ? part.html : part.map((one) => one.html).join('')
  return String(part).replace(/[&<>"']/g, (character) => escapes[character]!)
}
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** `code` in backticks, in a description. */
export const prose = (text: string): Html[] =>
  text.split('`').map((piece, n) => (n % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`))
