import { expect, test } from 'vitest'
import type { Resource } from '#kernel/resource.ts'
import { opaqueName, pluralOf } from './names.ts'
import { planField, planTable, type PlannedField } from './plan.ts'

const field = (declared: Partial<PlannedField>): PlannedField => ({
  name: 'x',
  kind: 'text',
  required: false,
  column_name: 'f_x',
  ...declared,
})
const plan = (fields: PlannedField[], owner?: PlannedField) => ({
  tenant_id: '01900000-0000-7000-8000-000000000000',
  table: 'dyn.e_1',
  noun: 'tower',
  fields,
  targets: new Map([['customer', { noun: { table: 'customers' } as Resource, bears_partner: true }]]),
  owner,
})

test('a table is walled, indexed for each filter and never quotes what a person typed unescaped', () => {
  const statements = planTable(
    plan([
      field({ kind: 'choice', values: ["O'Neil'); drop table x; --"] }),
      field({ name: 'y', kind: 'json', column_name: 'f_y' }),
    ]),
  )
  expect(statements[0]).toContain("check (f_x in ('O''Neil''); drop table x; --'))")
  expect(statements).toContain("select guard_table('dyn.e_1')")
  expect(statements.filter((statement) => statement.startsWith('create index'))).toEqual([
    'create index on dyn.e_1 (tenant_id, f_x, id)',
  ])
})

test('a row that belongs to a customer follows its partner', () => {
  const owner = field({
    name: 'customer_id',
    kind: 'reference',
    to: 'customer',
    required: true,
    column_name: 'f_c',
  })
  const statements = planTable(plan([owner], owner)).join('\n')
  expect(statements).toContain('partner_id uuid not null')
  expect(statements).toContain(
    'foreign key (tenant_id, f_c, partner_id) references customers (tenant_id, id, partner_id) on update cascade',
  )
  expect(statements).toContain('create index on dyn.e_1 (tenant_id, partner_id, id)')
})

test('a later field is a nullable column, unique and searched where asked', () => {
  const late = field({ unique: true, searchable: true })
  expect(planField(plan([late]), late)).toEqual([
    'alter table dyn.e_1 add column f_x text',
    'create index on dyn.e_1 (tenant_id, f_x, id)',
    'create unique index f_x_key on dyn.e_1 (tenant_id, f_x)',
    'drop trigger if exists search_insert on dyn.e_1',
    'drop trigger if exists search_update on dyn.e_1',
    'drop trigger if exists search_delete on dyn.e_1',
    "select make_searchable('dyn.e_1', 'tower', 'f_x:words')",
  ])
})

test('physical names mean nothing and differ; plurals are English', () => {
  expect(opaqueName('e')).toMatch(/^e_[a-z2-7]{26}$/)
  expect(new Set(Array.from({ length: 1000 }, () => opaqueName('f'))).size).toBe(1000)
  expect(['tower', 'box', 'city', 'key', 'bus', 'branch'].map(pluralOf)).toEqual([
    'towers',
    'boxes',
    'cities',
    'keys',
    'buses',
    'branches',
  ])
})
