import { Failed } from './cli-failed.ts'

type Row = { noun: string; title: string }
type Applied = { added: Row[]; kept: Row[] }
type Described = { name: string; title: string; description: string }

export async function listPresets(address: string, token: string): Promise<void> {
  const { data } = await ask<{ data: Described[] }>(`${address}/api/v1/presets`, token)
  for (const { name, title, description } of data) console.log(`${name}\t${title}: ${description}`)
}

/** Applies a preset and prints what it added, a line each. */
export async function applyPreset(
  address: string,
  token: string,
  name: string,
  options: { taxRate?: string; dryRun?: boolean },
): Promise<void> {
  const answer = await ask<Applied | { result: Applied }>(
    `${address}/api/v1/presets/${encodeURIComponent(name)}/apply`,
    token,
    {
      ...(options.taxRate ? { tax_rate: options.taxRate } : {}),
      ...(options.dryRun ? { dry_run: true } : {}),
    },
  )
  const { added, kept } = 'result' in answer ? answer.result : answer
  for (const { noun, title } of added) console.log(`${noun.replaceAll('_', ' ')}: ${title}`)
  console.log(
    `${options.dryRun ? 'It would add' : 'Added'} ${added.length}; ${kept.length} are there already.`,
  )
}

async function ask<T>(url: string, token: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(60_000),
  })
  const answer = (await response.json()) as T & { detail?: string }
  if (!response.ok) throw new Failed(1, answer.detail ?? `The server answered ${response.status}.`)
  return answer
}
