import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DocumentRenderer } from './index.ts'
import type { DocumentRendererOptions } from './index.ts'
import { readText } from './testing/read_pdf.ts'
import { sample_invoice } from './testing/samples.ts'

const renderers: DocumentRenderer[] = []
const rendererWith = (options: DocumentRendererOptions = {}) => {
  const renderer = new DocumentRenderer(options)
  renderers.push(renderer)
  return renderer
}
afterEach(async () => {
  await Promise.all(renderers.splice(0).map((renderer) => renderer.close()))
})

const unreliable = { layout_process: new URL('./testing/unreliable_layout.ts', import.meta.url) }
const numbered = (number: string) => ({ ...sample_invoice, number })

describe('a renderer', () => {
  test('gives everybody who asks at the same time their own document', async () => {
    const renderer = rendererWith()
    const numbers = ['A-1', 'B-2', 'C-3', 'D-4']
    const texts = await Promise.all(
      numbers.map(async (number) => readText(await renderer.renderDocument('invoice', numbered(number)))),
    )
    texts.forEach((text, index) => {
      expect(numbers.filter((number) => text.includes(number))).toEqual([numbers[index]])
    })
  })

  test('survives a layout process that dies: one document fails, the others come', async () => {
    const renderer = rendererWith(unreliable)
    const results = await Promise.allSettled(
      ['1', 'CRASH', '3', 'CRASH', '5'].map((number) => renderer.renderDocument('invoice', numbered(number))),
    )
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(results[1]).toMatchObject({
      reason: {
        code: 'document_failed',
        message:
          'The invoice CRASH could not be rendered: the layout process broke down, it ended with SIGKILL.',
      },
    })
  })

  test('gives up on a document that never ends, and goes on', async () => {
    const renderer = rendererWith({ ...unreliable, time_limit_ms: 2_000 })
    const [hanging, next] = await Promise.allSettled([
      renderer.renderDocument('invoice', numbered('HANG')),
      renderer.renderDocument('invoice', numbered('2')),
    ])
    expect(hanging).toMatchObject({
      reason: { code: 'document_too_slow', message: 'The invoice HANG was not rendered within 2 seconds.' },
    })
    expect(next.status).toBe('fulfilled')
  })

  test('says what is wrong with data that does not fit the template', async () => {
    const renderer = rendererWith()
    // What an untyped caller might send: no totals.
    const data = JSON.parse(JSON.stringify({ ...sample_invoice, totals: undefined }))
    await expect(renderer.renderDocument('invoice', data)).rejects.toMatchObject({
      code: 'document_failed',
      message: expect.stringContaining('totals'),
    })
    await expect(renderer.renderDocument('invoice', sample_invoice)).resolves.toBeInstanceOf(Uint8Array)
  })

  test('refuses what is too large and more than may wait', async () => {
    const renderer = rendererWith({ queue_limit: 2, size_limit: 20_000 })
    await expect(
      renderer.renderDocument('invoice', { ...sample_invoice, notes: 'x'.repeat(20_000) }),
    ).rejects.toMatchObject({
      code: 'document_too_large',
    })
    const results = await Promise.allSettled(
      ['1', '2', '3', '4'].map((number) => renderer.renderDocument('invoice', numbered(number))),
    )
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    expect(results[3]).toMatchObject({ reason: { code: 'document_queue_full' } })
  })

  test('ends its process when there is nothing to do, or when it has grown too large, and starts another', async () => {
    const renderer = rendererWith({ idle_ms: 50 })
    expect(renderer.usage.memory_bytes).toBe(0)
    await renderer.renderDocument('invoice', sample_invoice)
    expect(renderer.usage.memory_bytes).toBeGreaterThan(0)
    await vi.waitFor(() => expect(renderer.usage.memory_bytes).toBe(0), { timeout: 5_000 })
    await renderer.renderDocument('invoice', sample_invoice)

    const small = rendererWith({ memory_limit_bytes: 1 })
    await Promise.all(['1', '2'].map((number) => small.renderDocument('invoice', numbered(number))))
    expect(small.usage).toMatchObject({ documents: 2, memory_bytes: 0 })
  })

  test('finishes what it is at when it is closed, and refuses the rest', async () => {
    const renderer = rendererWith()
    const documents = ['1', '2'].map((number) => renderer.renderDocument('invoice', numbered(number)))
    const results = Promise.allSettled(documents)
    await renderer.close()
    expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected'])
    await expect(renderer.renderDocument('invoice', sample_invoice)).rejects.toMatchObject({
      code: 'document_renderer_closed',
    })
  })

  test('does not keep a program alive that forgets to close it', async () => {
    const program = `
      import { renderDocument } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      console.log((await renderDocument('invoice', ${JSON.stringify(sample_invoice)})).length)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 30_000,
    })
    expect(Number(stdout)).toBeGreaterThan(10_000)
  })

  test('takes little processor time for a document', async () => {
    const renderer = rendererWith()
    await renderer.renderDocument('invoice', sample_invoice)
    const before = renderer.usage.cpu_ms
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => renderer.renderDocument('invoice', numbered(`N-${index}`))),
    )
    const { documents, cpu_ms, memory_bytes } = renderer.usage
    expect(documents).toBe(51)
    const each = ((cpu_ms - before) / 50).toFixed(1)
    console.log(`layout: ${each} CPU ms a document, process of ${Math.round(memory_bytes / 1e6)} MB`)
  })
})
