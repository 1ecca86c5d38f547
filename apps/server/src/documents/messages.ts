/** What the renderer sends to the layout process: one document at a time. `document` is JSON. */
export interface LayoutRequest {
  template: string
  document: string
}

/** What comes back. `message` is Typst's own diagnosis. */
export type LayoutAnswer = LayoutResult & {
  /** Processor time spent on this document. */
  cpu_ms: number
  /** Memory the layout process holds now (resident set). */
  memory_bytes: number
}

export type LayoutResult = { kind: 'rendered'; pdf: Uint8Array } | { kind: 'failed'; message: string }
