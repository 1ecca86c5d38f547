import type { App } from '../app.ts'
import { words } from '../resource.ts'
import { html, nothing, type Html } from './html.ts'
import { page } from './page.ts'
import { problemCodes, type ProblemCode } from './problem-codes.ts'

/** Every code a refusal may bear, each at the anchor that the refusal's `type` points to. Nothing here is one tenant's. */
export function problemsPage(app: App): string {
  const { problems, fields } = problemCodes()
  return page(
    'Refusals of the API',
    html`<strong>Refusals</strong>
      <ul>
        <li><a href="/api/docs">The API</a></li>
        <li><a href="#problems">Problems</a></li>
        <li><a href="#verbs">Verbs that may not be used now</a></li>
        <li><a href="#fields">Codes of single fields</a></li>
      </ul>`,
    html`<h1>Refusals</h1>
      <p>
        What cannot be done is answered as <code>application/problem+json</code> (RFC 9457).
        <code>code</code> never changes its meaning; <code>detail</code> is a sentence for a person;
        <code>errors</code> names the fields, each with a code and a sentence of its own;
        <code>request_id</code> finds the request in the log. A “…” below is filled in by the case.
      </p>
      <pre tabindex="0">
{ "type": "/api/docs/problems#version_conflict", "title": "Version conflict", "status": 409, "code": "version_conflict",
  "detail": "This customer was changed meanwhile (it is at version 4). Read it again and repeat your change.",
  "request_id": "0193…" }</pre>
      <h2 id="problems">Problems</h2>
      ${table(problems)}
      <h2 id="verbs">Verbs that may not be used now</h2>
      <p>
        409, with the reason as the sentence. <code>GET …/{id}/actions</code> says the same before anybody
        tries.
      </p>
      ${table(verbCodes(app).filter(({ code }) => !problems.some((known) => known.code === code)))}
      <h2 id="fields">Codes of single fields</h2>
      <p>
        In <code>errors</code> of a 422 with the code <code>invalid</code>. A reference to a row that is not
        there, or that you may not see, is <code>no_such_</code> and the noun.
      </p>
      ${table(fields, 'field-')}`,
  )
}

const verbCodes = (app: App): ProblemCode[] => {
  const byVerb = Map.groupBy(
    app.verbs.filter((verb) => verb.on === 'row'),
    (verb) => verb.verb,
  )
  return [...byVerb]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([verb, declared]) => ({
      code: `cannot_${verb}`,
      statuses: [409],
      sentences: [`${[...new Set(declared.map(({ label }) => label))].join(', ')}: not as it is now.`],
    }))
}

const table = (codes: readonly ProblemCode[], prefix = ''): Html =>
  html`<div class="table" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Code</th>
            <th>Status</th>
            <th>What it says</th>
          </tr>
        </thead>
        <tbody>
          ${codes.map(
            ({ code, statuses, sentences }) =>
              html`<tr id="${prefix}${code}">
                <td><code>${breakable(code)}</code></td>
                <td>${statuses.join(', ')}</td>
                <td>
                  ${sentences.length > 0 ? sentences.map((sentence) => html`<div>${sentence}</div>`) : html`<span class="dim">${words(code)}.</span>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${nothing}`

/** A narrow screen breaks a code where its words end. */
const breakable = (code: string): Html[] =>
  code.split('_').map((word, n) => (n === 0 ? html`${word}` : html`_<wbr />${word}`))
