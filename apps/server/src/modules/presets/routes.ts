import type { FastifyInstance } from 'fastify'
import type { App } from '#kernel/app.ts'
import { actAs, readAs } from '#kernel/http.ts'
import { mustBeAbleTo } from '#kernel/permissions.ts'
import { notFound } from '#kernel/refused.ts'
import type { Fields, Input } from '#kernel/resource.ts'
import { decodeBody } from '#kernel/shape.ts'
import { asResource } from '#kernel/store.ts'
import { tariffs } from '#modules/catalog/index.ts'
import { applyPreset } from './apply.ts'
import { fibreOperator } from './fibre.ts'
import { managedServices } from './managed.ts'
import type { Preset } from './preset.ts'
import { voip } from './voip.ts'
import { wisp } from './wisp.ts'

export const presets: readonly Preset[] = [wisp, fibreOperator, voip, managedServices]

const input = {
  tax_rate: { kind: 'percent', min: 0, max: 100, nullable: true, unit: '%' },
} as const satisfies Fields

/** `GET /presets` and `POST /presets/{name}/apply {tax_rate?, dry_run?}`. */
export function routes(server: FastifyInstance, app: App): void {
  server.get('/api/v1/presets', (request, reply) =>
    readAs(app, request, reply, async (ctx) => {
      mustBeAbleTo(ctx, asResource(tariffs), 'list')
      return { data: presets.map(described) }
    }),
  )

  server.post('/api/v1/presets/:name/apply', (request, reply) =>
    actAs(app, request, reply, { status: 200 }, async (ctx, body) => {
      const { name } = request.params as { name: string }
      const preset = presets.find((candidate) => candidate.name === name)
      if (!preset) throw notFound('Preset')
      const given = decodeBody(ctx, input, body, 'input') as Input<typeof input>
      return applyPreset(ctx, preset, given)
    }),
  )
}

const described = ({ name, title, description, ...rows }: Preset) => ({
  name,
  title,
  description,
  taxes: rows.taxes,
  tariffs: rows.tariffs.map((tariff) => ({
    title: tariff.title,
    service_type: tariff.service_type,
    price: tariff.price,
  })),
  revenue_categories: rows.revenue_categories.map((category) => category.name),
  labels: rows.labels.map((label) => label.name),
  roles: rows.roles.map((role) => role.name),
  templates: rows.templates.map(({ name, kind }) => ({ name, kind })),
  coupons: (rows.coupons ?? []).map((coupon) => String(coupon.code)),
})
