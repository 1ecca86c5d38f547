import type { Extensions } from '#kernel/app.ts'
import type { Db } from '#kernel/db.ts'
import type { Fields, Resource } from '#kernel/resource.ts'
import { sql } from '#kernel/sql.ts'
import { fieldOf, needsValues, type Declared } from './vocabulary.ts'

type StoredEntity = Pick<Resource, 'name' | 'plural' | 'label' | 'label_plural'> & {
  id: string
  title_field: string
  scope: 'tenant' | 'partner'
  table_name: string
}
type StoredField = Declared & { entity_id: string; column_name: string }
type StoredCustomField = Declared & {
  id: string
  noun: string
  key: string
  column_name: string | null
  table_name: string | null
  index_status: 'none' | 'indexing' | 'ready'
}

/** What an administrator declared, as the kernel's own declarations. Read once for each change of the tenant's access version. */
export async function loadExtensions(db: Db): Promise<Extensions> {
  const [entities, fields, custom] = await Promise.all([
    db.all(sql<StoredEntity>`
      select id, name, plural, label, label_plural, title_field, scope, table_name
      from entities
      where status = 'active'
      order by id`),
    db.all(
      sql<StoredField>`select * from entity_fields where removed_at is null order by entity_id, position`,
    ),
    db.all(sql<StoredCustomField>`
      select f.*, t.table_name
      from custom_fields f
      left join custom_tables t on t.tenant_id = f.tenant_id and t.noun = f.noun
      order by f.noun, f.position, f.id`),
  ])
  const fieldsOf = Map.groupBy(fields, (field) => field.entity_id)
  const customOf = Map.groupBy(custom, (field) => field.noun)
  return {
    entities: new Map(
      entities.map((entity) => [entity.plural, nounOf(entity, fieldsOf.get(entity.id) ?? [])]),
    ),
    custom_fields: new Map([...customOf].map(([noun, declared]) => [noun, customFieldsOf(declared)])),
  }
}

function nounOf(entity: StoredEntity, fields: readonly StoredField[]): Resource {
  return {
    name: entity.name,
    plural: entity.plural,
    label: entity.label,
    label_plural: entity.label_plural,
    table: `dyn.${entity.table_name}`,
    columns: Object.fromEntries(fields.map((field) => [field.name, field.column_name])),
    fields: declaredFields(fields),
    title: entity.title_field,
    sort: '-created_at',
    generic: ['list', 'get', 'create', 'update', 'delete'],
    scope: entity.scope,
    log: false,
    search: fields.some((field) => field.searchable),
    custom: false,
    entity: true,
    bin: false,
  }
}

const declaredFields = (declared: readonly Declared[]): Fields =>
  Object.fromEntries(declared.map((field) => [field.name, fieldOf(field)]))

const customFieldsOf = (declared: readonly StoredCustomField[]): Fields =>
  Object.fromEntries(
    declared.map((field) => [
      field.name,
      {
        ...fieldOf(field),
        key: field.key,
        ...(needsValues(field)
          ? { many: { field_id: field.id, ready: field.index_status === 'ready' } }
          : {}),
        ...(field.column_name && field.table_name
          ? {
              beside: {
                table: `dyn.${field.table_name}`,
                column: field.column_name,
                ready: field.index_status === 'ready',
              },
            }
          : {}),
      },
    ]),
  )
