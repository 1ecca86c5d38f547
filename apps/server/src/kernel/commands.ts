import type { Ctx } from './ctx.ts'
import { erased, isErased, mustNotBelongToErased, ofErased } from './erased.ts'
import { mustSeeReferences } from './input.ts'
import { mustBeAbleTo } from './permissions.ts'
import { notFound, Refused } from './refused.ts'
import { inSentence, words, type Fields, type Input, type Resource, type Row } from './resource.ts'
import { decodeBody, shapeOf } from './shape.ts'
import { asResource, lock, lockedMany } from './store.ts'

/**
 * A verb: one function, called by HTTP, jobs, rules, importers and other verbs alike. Calling it from code joins the caller's
 * transaction and asks no permission again; `perform` is the edge where permission and input are judged.
 */
export type Verb = {
  noun: Resource
  verb: string
  label: string
  on: 'row' | 'collection'
  input: Fields
  danger: boolean
  help: string
  /** Money moves: an Idempotency-Key is required. */
  money: boolean
  /** What it answers: a row of this noun, or JSON as it is. */
  answers: Resource | 'json'
  /** Why not now; null when it may. */
  refusal(ctx: Ctx, row: never): string | null
  call(ctx: Ctx, row_id: string | null, input: Record<string, unknown>): Promise<unknown>
  /** The same for many locked rows at once; answers those it refused. A large bulk goes by it, where there is one. */
  callMany?(
    ctx: Ctx,
    rows: readonly Record<string, unknown>[],
    input: Record<string, unknown>,
  ): Promise<Map<string, Refused>>
}

type Declared<F extends Fields, I extends Fields> = {
  input?: I
  label?: string
  help?: string
  danger?: boolean
  money?: boolean
  answers?: Resource | 'json'
  /**
   * A sentence why the verb may not be used on this row now, or null. Shown on its button before anyone presses it, when there is no
   * input yet.
   */
  unless?: (row: Row<Resource<F>>, ctx: Ctx, input?: Input<I>) => string | null
  /** The verb for many locked rows in a few statements; answers those it refuses, by id. It does what the verb does to each. */
  many?: (ctx: Ctx, rows: readonly Row<Resource<F>>[], input: Input<I>) => Promise<Map<string, Refused>>
}

export type RowVerb<F extends Fields, I extends Fields, T> = Verb &
  ((ctx: Ctx, target: string | Row<Resource<F>>, input: Input<I>) => Promise<T>)
export type CollectionVerb<I extends Fields, T> = Verb & ((ctx: Ctx, input: Input<I>) => Promise<T>)

/** `POST /{plural}/{id}/{verb}` */
export function command<F extends Fields, const I extends Fields, T>(
  noun: Resource<F>,
  verb: string,
  declared: Declared<F, I>,
  run: (ctx: Ctx, row: Row<Resource<F>>, input: Input<I>) => Promise<T>,
): RowVerb<F, I, T> {
  const refusal = (ctx: Ctx, row: Row<Resource<F>>, input?: Input<I>) =>
    isErased(row) ? erased(asResource(noun)).message : (declared.unless?.(row, ctx, input) ?? null)
  const verbFunction = async (ctx: Ctx, target: string | Row<Resource<F>>, input: Input<I>): Promise<T> => {
    const row = typeof target === 'string' ? await lock(ctx, noun, target) : target
    if (isErased(row)) throw erased(asResource(noun))
    const reason = refusal(ctx, row, input)
    if (reason) throw notNow(verb, reason)
    return run(ctx, row, input)
  }
  return Object.assign(verbFunction, {
    ...common(asResource(noun), verb, declared, 'row'),
    refusal,
    call: (ctx: Ctx, row_id: string | null, input: Record<string, unknown>) =>
      verbFunction(ctx, row_id ?? '', input as Input<I>),
    ...(declared.many
      ? {
          callMany: (ctx: Ctx, rows: readonly Record<string, unknown>[], input: Record<string, unknown>) =>
            declared.many!(ctx, rows as unknown as Row<Resource<F>>[], input as Input<I>),
        }
      : {}),
  })
}

/** `POST /{plural}/{verb}`; the verb `create` is `POST /{plural}`. */
export function collectionCommand<F extends Fields, const I extends Fields, T>(
  noun: Resource<F>,
  verb: string,
  declared: Omit<Declared<F, I>, 'unless' | 'many'>,
  run: (ctx: Ctx, input: Input<I>) => Promise<T>,
): CollectionVerb<I, T> {
  return Object.assign((ctx: Ctx, input: Input<I>) => run(ctx, input), {
    ...common(asResource(noun), verb, declared, 'collection'),
    refusal: () => null,
    call: (ctx: Ctx, _: string | null, input: Record<string, unknown>) => run(ctx, input as Input<I>),
  })
}

function common(
  noun: Resource,
  verb: string,
  declared: Omit<Declared<Fields, Fields>, 'unless' | 'many'>,
  on: 'row' | 'collection',
) {
  return {
    noun,
    verb,
    label: declared.label ?? `${words(verb)} ${inSentence(noun.label)}`,
    on,
    input: declared.input ?? {},
    danger: declared.danger ?? false,
    help: declared.help ?? '',
    money: declared.money ?? false,
    answers: declared.answers ?? noun,
  }
}

const notNow = (verb: string, reason: string) => new Refused(409, `cannot_${verb}`, reason)

/** `perform` for many rows at once, of a verb that can: each row's refusal, null where it was done. */
export async function performMany(
  ctx: Ctx,
  verb: Verb,
  row_ids: readonly string[],
  body: Record<string, unknown>,
): Promise<(Refused | null)[]> {
  mustBeAbleTo(ctx, verb.noun, verb.verb)
  const input = decodeBody(ctx, verb.input, body, 'input', ctx.access.readonly(verb.noun.name))
  await mustSeeReferences(ctx, verb.input, input)
  const refused = await ofErased(ctx, verb.noun, row_ids)
  const rows = await lockedMany(ctx, verb.noun, row_ids)
  for (const row_id of row_ids) {
    const row = rows.get(row_id)
    const reason = row && verb.refusal(ctx, row as never)
    if (!row) refused.set(row_id, notFound(verb.noun.label))
    else if (reason && !refused.has(row_id)) refused.set(row_id, notNow(verb.verb, reason))
  }
  const left = row_ids.flatMap((row_id) => (refused.has(row_id) ? [] : (rows.get(row_id) ?? [])))
  const more = left.length > 0 ? await verb.callMany!(ctx, left, input) : undefined
  return row_ids.map((row_id) => refused.get(row_id) ?? more?.get(row_id) ?? null)
}

/** The edge: permission, input, verb, and the answer as the API prints it. */
export async function perform(
  ctx: Ctx,
  verb: Verb,
  row_id: string | null,
  body: Record<string, unknown>,
): Promise<unknown> {
  mustBeAbleTo(ctx, verb.noun, verb.verb)
  const input = decodeBody(ctx, verb.input, body, 'input', ctx.access.readonly(verb.noun.name))
  await mustSeeReferences(ctx, verb.input, input)
  if (row_id) await mustNotBelongToErased(ctx, verb.noun, row_id)
  const result = await verb.call(ctx, row_id, input)
  if (verb.answers === 'json') return result
  return shapeOf(ctx, verb.answers).present(result as Record<string, unknown>)
}
