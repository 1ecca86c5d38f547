import type { OpenApi } from '../openapi/openapi.ts'
import type { Operation, Parameter, Reference } from '../openapi/parts.ts'
import { html, nothing, prose, type Html } from './html.ts'
import { introduction } from './introduction.ts'
import { page } from './page.ts'

/** The whole API of one tenant for a person to read, made of its OpenAPI document. */
export function referencePage(api: OpenApi): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )
  const byTag = [...Map.groupBy(operations, (operation) => operation.tags[0] ?? 'General')]
  return page(
    api.info.title,
    html`<strong>${api.info.title}</strong>
      <ul>
        ${introduction.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
        <li><a href="/api/docs/problems">Refusals and their codes</a></li>
        <li><a href="/api/v1/openapi.json">OpenAPI 3.1</a></li>
      </ul>
      <strong>Reference</strong>
      <ul>
        ${byTag.map(([tag]) => html`<li><a href="#${anchor(tag)}">${tag}</a></li>`)}
      </ul>`,
    html`<h1>${api.info.title}</h1>
      ${introduction.map(
        ({ id, title, text }) =>
          html`<h2 id="${id}">${title}</h2>
            ${text}`,
      )}
      ${byTag.map(
        ([tag, all]) =>
          html`<h2 id="${anchor(tag)}">${tag}</h2>
            ${rowOf(api, all)} ${all.map((one) => operationOf(api, one))}`,
      )}`,
  )
}

const anchor = (tag: string) => tag.toLowerCase().replace(/[^a-z0-9]+/g, '-')

type Shown = Operation & { path: string; method: string }
type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  readOnly?: boolean
  default?: unknown
}

/** The fields of the noun that these addresses are about. */
function rowOf(api: OpenApi, operations: readonly Shown[]): Html {
  const answer = operations.find((one) => /^(get|list)_/.test(one.operationId))
  const schema = answer && schemaOf(answer.responses['200'])
  const row = schema?.$ref ?? schema?.properties?.data?.items?.$ref
  const fields = row ? resolve(api, { $ref: row }) : undefined
  if (!fields?.properties) return nothing
  return html`<details>
    <summary><b>Fields</b> <span>of a row</span></summary>
    <div>${fieldTable(api, fields)}</div>
  </details>`
}

function operationOf(api: OpenApi, one: Shown): Html {
  const parameters = (one.parameters ?? []).map((given) => parameterOf(api, given))
  const listFilters = parameters.filter(({ description = '' }) => description.includes('Operators as'))
  // A list's filters are told once, with the list.
  const told = one.operationId.startsWith('list_')
    ? parameters
    : parameters.filter((one) => !listFilters.includes(one))
  const input = schemaOf(one.requestBody)
  const answer = schemaOf(one.responses['200'] ?? one.responses['201'])
  return html`<details id="${one.operationId}">
    <summary><b>${one.method.toUpperCase()}</b> <code>${one.path}</code> <span>${one.summary}</span></summary>
    <div>
      ${one.description ? html`<p>${prose(one.description)}</p>` : nothing}
      ${
        told.length > 0
          ? html`<h3>Parameters</h3>
              ${parameterTable(told)}`
          : nothing
      }
      ${told.length < parameters.length ? html`<p class="dim">And the filters of the list.</p>` : nothing}
      ${
        input
          ? html`<h3>Body</h3>
              ${fieldTable(api, resolve(api, input))}`
          : nothing
      }
      ${
        answer
          ? html`<h3>Answer</h3>
              <p>${typeOf(answer)}</p>`
          : nothing
      }
    </div>
  </details>`
}

const parameterTable = (parameters: readonly Parameter[]) =>
  html`<div class="table" tabindex="0">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>In</th>
          <th>What</th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          ({ name, in: place, description = '' }) =>
            html`<tr>
              <td><code>${name}</code></td>
              <td>${place}</td>
              <td>${prose(description)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

function fieldTable(api: OpenApi, schema: Schema): Html {
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) return html`<p class="dim">Nothing; an empty object.</p>`
  return html`<div class="table" tabindex="0">
    <table>
      <thead>
        <tr>
          <th>Field</th>
          <th>Type</th>
          <th>What</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ([name, field]) =>
            html`<tr>
              <td><code>${name}</code></td>
              <td>${typeOf(field)}</td>
              <td>
                ${[
                  schema.required?.includes(name) && !field.readOnly ? 'Required.' : '',
                  field.readOnly ? 'Read-only.' : '',
                  field.default === undefined ? '' : `Default: ${JSON.stringify(field.default)}.`,
                  field.description ?? '',
                ]
                  .filter(Boolean)
                  .join(' ')}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** In a word or two: `text or null`, `one of new, active`, `list of customer`. */
function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.enum)
    return `one of ${schema.enum.map((value) => (value === null ? 'null' : String(value))).join(', ')}`
  const types = [schema.type ?? 'any']
    .flat()
    .map((type) => (type === 'string' ? (schema.format ?? 'text') : type))
  if (types.includes('array')) return `list of ${schema.items ? typeOf(schema.items) : 'any'}`
  if (types[0] === 'object' && schema.properties)
    return `object: ${Object.entries(schema.properties)
      .map(([name, field]) => (field.$ref || field.items ? `${name} (${typeOf(field)})` : name))
      .join(', ')}`
  return types.join(' or ')
}

function schemaOf(holder: unknown): Schema | undefined {
  const content = (holder as { content?: Record<string, { schema?: Schema }> } | undefined)?.content
  return content?.['application/json']?.schema
}

function resolve(api: OpenApi, schema: Schema): Schema {
  if (!schema.$ref) return schema
  return (api.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema
}

function parameterOf(api: OpenApi, given: Parameter | Reference): Parameter {
  if (!('$ref' in given)) return given
  const name = given.$ref.split('/').at(-1) as keyof OpenApi['components']['parameters']
  return api.components.parameters[name]
}
