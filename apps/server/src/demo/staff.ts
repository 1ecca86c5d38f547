import type { Actor, Ctx } from '#kernel/ctx.ts'
import { sql } from '#kernel/sql.ts'
import { createUser } from '#modules/identity/index.ts'

/** Who did what: the office's people, who are invited and cannot sign in, since nobody gave them a password. */
export type Staff = { reception: Actor; accountant: Actor; technician: Actor }

export async function hireStaff(ctx: Ctx): Promise<Staff> {
  const hire = async (name: string, email: string, role: string): Promise<Actor> => {
    const { id: role_id } = await ctx.db.one(sql<{ id: string }>`select id from roles where name = ${role}`)
    const user = await createUser(ctx, { name, email, role_ids: [role_id] })
    return { kind: 'user', id: user.id, name }
  }
  return {
    reception: await hire('Zofia Lis', 'zofia@northwind.example.com', 'support'),
    accountant: await hire('Henryk Wrona', 'henryk@northwind.example.com', 'billing'),
    technician: await hire('Oksana Bondar', 'oksana@northwind.example.com', 'network'),
  }
}

export const by = (actor: Actor, ctx: Ctx): Ctx => ({ ...ctx, actor })
