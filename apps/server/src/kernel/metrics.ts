import type { FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { App } from './app.ts'

/** Prometheus metrics of this process. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })

const requests = new Histogram({
  name: 'isp_http_request_seconds',
  help: 'Time to answer, by route and status class.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  registers: [registry],
})

/** A counter of a module's own: `counter('isp_radius_packets_total', 'RADIUS packets by outcome.', ['outcome'])`. */
export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
  new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })

const slow_ms = 1000

export function observeRequest(app: App, request: FastifyRequest, reply: FastifyReply): void {
  const took_ms = performance.now() - request.started_ms
  const route = request.routeOptions.url ?? 'none'
  requests.labels(request.method, route, `${Math.floor(reply.statusCode / 100)}xx`).observe(took_ms / 1000)
  const line = {
    request_id: request.id,
    method: request.method,
    route,
    status: reply.statusCode,
    took_ms: Math.round(took_ms * 10) / 10,
    tenant_id: request.principal?.tenant_id,
    actor_id: request.principal?.actor.id,
  }
  if (reply.statusCode >= 500 || took_ms > slow_ms) app.log.warn(line, 'request')
  else app.log.info(line, 'request')
}
