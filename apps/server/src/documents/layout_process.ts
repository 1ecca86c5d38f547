/**
 * The process in which Typst lays documents out. A process of its own, because Typst is native code that runs to the end:
 * in a worker thread it could not be stopped, a fault in it would end the server, and the memory it took (some
 * 170 MB) would stay with the server for good. It ends when the server closes the channel.
 */
import { fileURLToPath } from 'node:url'
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { documentFonts } from './fonts.ts'
import type { LayoutAnswer, LayoutRequest, LayoutResult } from './messages.ts'

const templates = fileURLToPath(new URL('templates/', import.meta.url))
const fonts = documentFonts()
const compiler = NodeCompiler.create({ workspace: templates, fontArgs: [{ fontPaths: fonts.folders }] })

/**
 * Typst remembers every piece of layout it has done. An eviction drops what was of no use during the last
 * `kept_evictions` of them, so memory stays flat while labels and other text that comes again stay warm.
 */
const documents_per_eviction = 10
const kept_evictions = 2
let rendered = 0

process.on('message', (request: LayoutRequest) => {
  const before = process.cpuUsage()
  const result = render(request)
  if (++rendered % documents_per_eviction === 0) compiler.evictCache(kept_evictions)
  const { user, system } = process.cpuUsage(before)
  const answer: LayoutAnswer = {
    ...result,
    cpu_ms: (user + system) / 1000,
    memory_bytes: process.memoryUsage.rss(),
  }
  process.send?.(answer)
})

function render({ template, document }: LayoutRequest): LayoutResult {
  const source = {
    mainFilePath: `${templates}${template}.typ`,
    // Data only ever travels here, as a string that the template parses as JSON; it is never part of the source.
    inputs: { document, fonts: JSON.stringify(fonts.families) },
  }
  try {
    // Not compile() and then pdf(): the document between the two is freed by the garbage collector, megabytes late.
    return { kind: 'rendered', pdf: new Uint8Array(compiler.pdf(source)) }
  } catch (error) {
    return { kind: 'failed', message: diagnosis(error) }
  }
}

/** The addon puts what Typst said into the error's `code` and leaves its message empty. */
function diagnosis(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
