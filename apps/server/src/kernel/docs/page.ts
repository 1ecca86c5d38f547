import { html, type Html } from './html.ts'

/** A page of the documentation, whole in itself: no script, no font, no file from anywhere. */
export const page = (title: string, nav: Html, content: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <nav aria-label="Contents">${nav}</nav>
        <main id="content">${content}</main>
      </body>
    </html> `.html

/** Nothing on the page may run or be fetched. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

const style = `
:root { color-scheme: light dark; --text: light-dark(#1b1f24, #e6e8eb); --dim: light-dark(#59636e, #9aa4af);
  --line: light-dark(#d9dee3, #31373e); --back: light-dark(#fff, #14171a); --soft: light-dark(#f5f7f9, #1c2024); --link: light-dark(#0a58ca, #7db3ff) }
* { box-sizing: border-box }
html { scroll-padding-top: 16px }
body { margin: 0; display: grid; grid-template-columns: 250px minmax(0, 1fr); font: 14px/1.55 system-ui, sans-serif; color: var(--text); background: var(--back) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 20px 16px; border-right: 1px solid var(--line); background: var(--soft) }
nav strong { display: block; margin-bottom: 8px }
nav ul { list-style: none; margin: 0 0 16px; padding: 0 }
nav a { display: block; padding: 3px 0; color: var(--text); text-decoration: none }
nav a:hover, nav a[aria-current] { color: var(--link); text-decoration: underline }
main { padding: 24px 32px 80px; max-width: 1000px }
a { color: var(--link) }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 8px }
h2 { font-size: 18px; margin: 40px 0 8px; padding-top: 16px; border-top: 1px solid var(--line) }
h3 { font-size: 14px; margin: 20px 0 4px }
p { margin: 8px 0; max-width: 76ch }
code, pre { font: 12.5px/1.5 ui-monospace, monospace }
pre { padding: 12px; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; overflow: auto }
details { border: 1px solid var(--line); border-radius: 6px; margin: 8px 0 }
summary { padding: 7px 10px; cursor: pointer; overflow-wrap: anywhere }
details[open] > summary { border-bottom: 1px solid var(--line) }
details > div { padding: 4px 12px 12px }
summary b { display: inline-block; min-width: 58px; font: 600 12px/1.5 ui-monospace, monospace }
summary span { color: var(--dim) }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--dim) }
td:first-child { white-space: nowrap }
tr:target, dt:target, details:target { background: var(--soft); outline: 2px solid var(--link) }
.dim { color: var(--dim) }
.skip { position: absolute; left: -999px }
.skip:focus { left: 8px; top: 8px; background: var(--back); padding: 8px }
@media (max-width: 720px) {
  body { display: block }
  nav { position: static; height: auto; max-height: 40vh; border-right: 0; border-bottom: 1px solid var(--line) }
  main { padding: 20px 16px 60px }
  td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 110px }
}
@media print { nav { display: none } body { display: block } }
`
