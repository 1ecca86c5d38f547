import Fastify from 'fastify'
import pg from 'pg'

/**
 * The peer of get-by-id and list-50: the least that answers the same rows from the same table. No sign-in, permissions, row-level
 * security, limits or log; named prepared statements. Run as a process of its own: `node reference-server.ts DATABASE_URL TENANT`.
 */
const [url, tenant_id] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 16 })
const server = Fastify()

server.get<{ Params: { id: string } }>('/customers/:id', async (request) => {
  const { rows } = await pool.query({
    name: 'get',
    text: 'select * from customers where tenant_id = $1 and id = $2',
    values: [tenant_id, request.params.id],
  })
  return rows[0]
})

server.get<{ Querystring: { before: string } }>('/customers', async (request) => {
  const { rows } = await pool.query({
    name: 'list',
    text: `select * from customers where tenant_id = $1 and status = 'active' and id < $2 order by id desc limit 50`,
    values: [tenant_id, request.query.before],
  })
  return { data: rows }
})

await server.listen({ port: 0, host: '127.0.0.1' })
const address = server.server.address()
console.log(typeof address === 'object' ? address?.port : '')
