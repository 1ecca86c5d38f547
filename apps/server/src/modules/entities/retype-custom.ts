import { command } from '#kernel/commands.ts'
import type { Ctx } from '#kernel/ctx.ts'
import { invalidField } from '#kernel/refused.ts'
import type { FieldKind } from '#kernel/resource.ts'
import { shapeOf } from '#kernel/shape.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change } from '#kernel/store.ts'
import { canBecome } from './convert.ts'
import { convertAll, fitting } from './custom-conversion.ts'
import { customFields, fieldVocabulary } from './entities.ts'
import { indexLater } from './index-fields.ts'
import { checkDeclared, plain, type Declared } from './vocabulary.ts'
import { declaredAnew, metadata, mustFit, summaryOf } from './retype.ts'

/**
 * Another kind for a field that was added to a built-in noun. Each different value is read in the new kind; what does not fit is shown and
 * stops it, unless it may be dropped. Values, field and what is told of them change together or not at all; then the job copies them
 * into a column of the new kind, and reads once more what was being written meanwhile.
 */
export const retypeCustomField = command(
  customFields,
  'retype',
  {
    label: 'Change kind',
    answers: 'json',
    help: 'Values are read in the new kind. A dry run shows what would not fit.',
    input: {
      kind: fieldVocabulary.kind,
      values: { kind: 'json', nullable: true, help: 'For choices: ["new", "used"]' },
      min: { kind: 'integer', nullable: true },
      max: { kind: 'integer', nullable: true },
      scale: { kind: 'integer', min: 0, max: 6, nullable: true },
      drop_misfits: { kind: 'boolean', default: false, help: 'Values that do not fit become empty' },
    },
    unless: ({ index_status }) =>
      index_status === 'indexing' ? 'Its rows are still being copied. Try again when that is done.' : null,
  },
  async (ctx, field, input) => {
    const noun = ctx.app.nouns.builtIn.find(({ name }) => name === field.noun)
    if (!noun) throw new Error(`There is no noun ${field.noun}.`)
    const kind = input.kind as FieldKind
    if (!canBecome(field.kind as FieldKind, kind))
      throw invalidField('kind', 'cannot_become', `A field of kind ${field.kind} cannot become ${kind}.`)
    const declared = declaredAnew(
      field as unknown as Declared,
      { ...input, values: plain(input.values) },
      kind,
      { beside: true },
    )
    checkDeclared(ctx, declared, { beside: true })
    const key = await keyOf(ctx, field.id)
    const fit = await fitting(ctx, noun, key, declared)
    if (!ctx.rehearsal) {
      mustFit(field, fit, input.drop_misfits === true)
      await convertAll(ctx, noun, fit)
      // The job writes the words of the new values.
      if (field.searchable)
        await ctx.db.run(sql`
          delete from search_terms where noun = ${noun.name} and field = ${`custom.${key}`}`)
    }
    const changed = await change(
      ctx,
      customFields,
      field,
      {
        ...metadata(declared),
        index_status: 'indexing',
        index_done: 0,
        index_note: null,
      },
      {
        action: 'retyped',
        data: { from: field.kind, to: kind, values: fit.values_read, dropped: fit.rows },
        columns: { column_name: null, index_from: null, retyped_from: field.kind },
      },
    )
    indexLater(ctx, noun.name)
    return { ...shapeOf(ctx, asResource(customFields)).present(changed), ...summaryOf(fit) }
  },
)

const keyOf = async (ctx: Ctx, field_id: string): Promise<string> =>
  (await ctx.db.one(sql<{ key: string }>`select key from custom_fields where id = ${field_id}`)).key
