import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asResource } from '#kernel/store.ts'
import { resource } from '#kernel/resource.ts'
import { testDatabase, type TestDatabase } from '#kernel/testing/database.ts'
import { modules } from '../../apps/server/src/modules.ts'
import { nounMatchesTable, rules } from './schema-rules.ts'

let database: TestDatabase
let db: pg.Client
let app: string
beforeAll(async () => {
  database = await testDatabase()
  app = database.connections.app.user
  db = new pg.Client(database.admin)
  await db.connect()
})
afterAll(async () => {
  await db?.end()
  await database?.drop()
})

describe('the schema as migrated', () => {
  for (const [name, rule] of Object.entries(rules))
    test(name, async () => {
      expect(await rule(db, app)).toEqual([])
    })
  for (const noun of modules.flatMap((module) => module.nouns ?? []))
    test(`${noun.name} matches its table`, async () => {
      expect(await nounMatchesTable(db, noun)).toEqual([])
    })
})

describe('a guard speaks up', () => {
  async function everything(): Promise<string[]> {
    const sentences: string[] = []
    for (const rule of Object.values(rules)) sentences.push(...(await rule(db, app)))
    return sentences
  }

  /** What the rules say more once this has been done to the schema, which is then undone. */
  async function found(statements: string): Promise<string[]> {
    const before = await everything()
    await db.query('begin')
    try {
      await db.query(statements)
      return (await everything()).filter((sentence) => !before.includes(sentence))
    } finally {
      await db.query('rollback')
    }
  }

  test('about a table without a tenant', async () => {
    expect(await found('create table leaks (id uuid primary key)')).toEqual([
      'leaks has no tenant_id.',
      'leaks: row-level security is not forced.',
      'leaks: the policy tenant_wall is missing or lets more through.',
    ])
  })

  test('about an unguarded table whose keys span tenants', async () => {
    expect(
      await found('create table leaks (id uuid primary key, tenant_id uuid not null, name text unique)'),
    ).toEqual([
      'leaks: row-level security is not forced.',
      'leaks: the policy tenant_wall is missing or lets more through.',
      'leaks: no index is led by tenant_id.',
      'leaks: the primary key does not contain tenant_id.',
      'leaks: the unique key (name) spans tenants.',
    ])
  })

  const guarded = () => `
    create table leaks (id uuid, tenant_id uuid not null references tenants, customer_id uuid, primary key (tenant_id, id));
    select set_config('isp.app_role', '${app}', true);
    select guard_table('leaks');`
  test('not about a guarded one', async () => {
    expect(await found(guarded())).toEqual([])
  })
  test('about row-level security that its owner escapes', async () => {
    expect(await found(`${guarded()} alter table leaks no force row level security`)).toEqual([
      'leaks: row-level security is not forced.',
    ])
  })
  test('about a wall with a hole, and one beside it', async () => {
    const hole = `alter policy tenant_wall on leaks using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid) or customer_id is null);`
    expect(await found(`${guarded()} ${hole} create policy friends on leaks using (true)`)).toEqual([
      'leaks: the policy friends opens it to the application.',
      'leaks: the policy tenant_wall is missing or lets more through.',
    ])
  })
  test('about a foreign key into any tenant', async () => {
    expect(
      await found(`
        ${guarded()}
        alter table customers add constraint oracle unique (id);
        alter table leaks add constraint leaks_customer foreign key (customer_id) references customers (id)`),
    ).toEqual([
      'customers: the unique key (id) spans tenants.',
      'leaks: the foreign key leaks_customer does not carry tenant_id.',
    ])
  })
  const referring = () => `${guarded()}
    alter table leaks add column partner_id uuid, add column invoice_id uuid;
    select refer('leaks', 'invoice_id', 'invoices');
    select refer_with_partner('leaks', 'customer_id', 'customers');`
  test('not about references that are checked by the statement', async () => {
    expect(await found(referring())).toEqual([])
  })
  test('about such references that no longer hold', async () => {
    expect(
      await found(`
        ${referring()}
        alter table leaks disable trigger leaks_invoice_id_refers;
        drop trigger leaks_customer_id_refers_still on leaks;
        drop trigger leaks_customer_id_follows on customers;
        drop trigger kept_key on invoices;
        alter table invoice_lines disable trigger invoice_lines_service_id_refers_still`),
    ).toEqual(
      expect.arrayContaining([
        'invoice_lines.invoice_id: the trigger kept_key is missing or switched off.',
        'invoice_lines.service_id: the trigger invoice_lines_service_id_refers_still is missing or switched off.',
        'leaks.customer_id: the trigger leaks_customer_id_follows is missing or switched off.',
        'leaks.customer_id: the trigger leaks_customer_id_refers_still is missing or switched off.',
        'leaks.invoice_id: the check of what it refers to is switched off.',
        'leaks.invoice_id: the trigger kept_key is missing or switched off.',
      ]),
    )
  })
  test('before there is a reference to rows that may be removed', async () => {
    await expect(found(`${guarded()} select refer('leaks', 'customer_id', 'labels')`)).rejects.toThrow(
      'Rows of labels may be removed',
    )
  })
  test('about a partition that may be asked behind its parent', async () => {
    const parts = `
      create table leaks (id uuid, tenant_id uuid not null, primary key (tenant_id, id)) partition by hash (id);
      create table leaks_0 partition of leaks for values with (modulus 1, remainder 0);
      select set_config('isp.app_role', '${app}', true);
      select guard_table('leaks');`
    expect(await found(parts)).toEqual([])
    expect(await found(`${parts} grant select on leaks_0 to ${app}`)).toEqual([
      'leaks_0: row-level security is not forced.',
      'leaks_0: the policy tenant_wall is missing or lets more through.',
    ])
  })
  test('about an application role that is more than an application', async () => {
    expect(
      await found(`
        grant create on schema dyn to ${app};
        create table dyn.mine (id uuid, tenant_id uuid not null, primary key (tenant_id, id));
        select set_config('isp.app_role', '${app}', true);
        select guard_table('dyn.mine');
        alter table dyn.mine owner to ${app};
        alter role ${app} bypassrls;
        create role isp_test_stranger;
        grant isp_test_stranger to ${app};
        grant truncate on customers to ${app};`),
    ).toEqual(
      expect.arrayContaining([
        `${app} belongs to isp_test_stranger.`,
        `${app} holds truncate, references or trigger on customers.`,
        `${app} may bypass row-level security or make roles and databases.`,
        `${app} may create in schema dyn.`,
        `${app} owns table dyn.mine.`,
      ]),
    )
  })
  test('about views that read as their owner', async () => {
    expect(
      await found(`
        create view open_view as select * from customers;
        create view asking_view with (security_invoker = true) as select * from customers;
        create materialized view stored_view as select * from customers;
        grant select on stored_view to ${app}`),
    ).toEqual([
      'The view open_view is not security_invoker.',
      'The view stored_view is not security_invoker.',
    ])
  })
  test('about a definer that takes its path from the caller', async () => {
    expect(
      await found(
        `create function loose() returns bigint language sql security definer as 'select count(*) from customers'`,
      ),
    ).toEqual(['The security definer function loose() does not pin its search_path.'])
  })

  test('about a noun that does not match its table', async () => {
    await db.query('begin')
    try {
      await db.query(`create table leaks (
        id uuid not null, tenant_id uuid not null, version integer not null, created_at timestamptz(3) not null, updated_at timestamptz not null,
        price numeric not null, note text, tags uuid[] not null, due date not null, kind text not null, bill uuid not null, balance integer not null, primary key (tenant_id, id))`)
      const leak = resource('leak', {
        scope: 'partner',
        custom: true,
        apart: { table: 'customer_standing', key: 'customer_id', fields: ['balance'] },
        fields: {
          price: { kind: 'money', filter: true },
          note: { kind: 'text' },
          tags: { kind: 'references', filter: true },
          due: { kind: 'date', sort: true },
          kind: { kind: 'text', nullable: true },
          gone: { kind: 'text' },
          bill: { kind: 'reference', to: 'invoice' },
          balance: { kind: 'integer', sort: true },
        },
      })
      expect(await nounMatchesTable(db, asResource(leak))).toEqual([
        'leak.price: the column is numeric, the kind bigint.',
        'leak.price: comparing numeric is not leakproof, so no index would serve it.',
        'leak.note: may be null in the table, not in the declaration.',
        'leak.tags: comparing uuid[] is not leakproof, so no index would serve it.',
        'leak.due: can be sorted, but no index starts (tenant_id, column).',
        'leak.kind: may be null in the declaration, not in the table.',
        'leak.gone: there is no such column.',
        'leak.bill: nothing checks that what it refers to is there.',
        'leak.balance: customer_standing does not have it as leaks has.',
        'leak.updated_at: the column is timestamp with time zone, the kind timestamptz(3).',
        'leak: is seen by partners, but has no partner_id.',
        'leak: has no column custom jsonb.',
      ])
      expect(await nounMatchesTable(db, asResource(resource('ghost', { fields: {} })))).toEqual([
        'ghost: there is no table ghosts.',
      ])
    } finally {
      await db.query('rollback')
    }
  })
})
