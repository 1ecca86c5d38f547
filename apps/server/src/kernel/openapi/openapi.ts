import type { Ctx } from '../ctx.ts'
import { kernelPaths } from './kernel-paths.ts'
import { nounPaths } from './noun-paths.ts'
import { parameters, problem, ref, type Paths } from './parts.ts'
import { schemasOf } from './schemas.ts'

/** An OpenAPI 3.1 document, as far as we write it. */
export type OpenApi = {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  paths: Paths
  components: {
    securitySchemes: Record<string, object>
    schemas: Record<string, object>
    responses: Record<string, object>
    parameters: typeof parameters
  }
}

/** This tenant's API as the actor may use it, the tenant's own entities included. */
export function openapiOf(ctx: Ctx): OpenApi {
  const nouns = ctx.app.nouns
    .all(ctx)
    .filter((noun) => ctx.access.can(noun.name, 'list') || ctx.access.can(noun.name, 'get'))
  return {
    openapi: '3.1.0',
    info: {
      title: `${ctx.tenant.name}: ISP Framework API`,
      version: '1',
      description:
        'JSON, snake_case. Money is a decimal string in the tenant’s currency. Refusals are application/problem+json with a stable code.',
    },
    servers: [{ url: '/' }],
    security: [{ api_key: [] }],
    paths: together([
      kernelPaths,
      ...nouns.map((noun) => nounPaths(ctx, noun)),
      ...ctx.app.modules.map((module) => module.paths ?? {}),
    ]),
    components: {
      securitySchemes: { api_key: { type: 'http', scheme: 'bearer', description: 'isp_…' } },
      schemas: Object.assign({ problem }, ...nouns.map((noun) => schemasOf(ctx, noun))),
      responses: {
        problem: {
          description: 'Refused',
          content: { 'application/problem+json': { schema: ref('problem') } },
        },
      },
      parameters,
    },
  }
}

/** A module may describe another method of a path that its noun has already. */
function together(described: readonly Paths[]): Paths {
  const paths: Paths = {}
  for (const [path, methods] of described.flatMap((some) => Object.entries(some)))
    paths[path] = { ...paths[path], ...methods }
  return paths
}
