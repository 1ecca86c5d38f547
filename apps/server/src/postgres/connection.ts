/** How to reach a PostgreSQL as its superuser; the field names are those of `pg`'s own options. */
export type Connection = {
  /** Folder of the Unix socket, or 127.0.0.1 where a socket's path would be too long. TCP on 127.0.0.1 always works too. */
  host: string
  port: number
  user: string
  password: string
  database: string
}

/** The same as a `postgres://` address, for programs that take one (always over TCP). */
export function connectionUrl(connection: Connection, database = connection.database): string {
  const user = encodeURIComponent(connection.user)
  const password = encodeURIComponent(connection.password)
  return `postgres://${user}:${password}@127.0.0.1:${connection.port}/${encodeURIComponent(database)}`
}
