import { command } from '#kernel/commands.ts'
import { change } from '#kernel/store.ts'
import { Refused } from '#kernel/refused.ts'
import { tenants } from '#modules/identity/index.ts'

/** For how long the books are kept, and exports of personal data can be fetched. What is sealed already keeps its day. */
export const setPrivacy = command(
  tenants,
  'set_privacy',
  {
    label: 'Set how long data is kept',
    input: {
      keep_books_years: {
        kind: 'integer',
        min: 0,
        max: 100,
        nullable: true,
        unit: 'years',
        help: 'As the law where you are wants it; unchanged when left out',
      },
      export_days: { kind: 'integer', min: 1, max: 90, nullable: true, unit: 'days' },
    },
  },
  async (ctx, tenant, { keep_books_years, export_days }) => {
    if (keep_books_years == null && export_days == null)
      throw new Refused(422, 'nothing_to_set', 'Say keep_books_years or export_days.')
    return change(
      ctx,
      tenants,
      tenant,
      {
        ...(keep_books_years == null ? {} : { keep_books_years }),
        ...(export_days == null ? {} : { export_days }),
      },
      { action: 'privacy_set' },
    )
  },
)
