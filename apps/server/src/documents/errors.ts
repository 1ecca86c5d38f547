/** Why a document was not rendered. The message is a sentence for a person. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode

  constructor(code: DocumentErrorCode, message: string) {
    super(message)
    this.name = 'DocumentError'
    this.code = code
  }
}

export type DocumentErrorCode =
  /** The data cannot be laid out, or the layout thread broke down while doing it. */
  | 'document_failed'
  /** Laying it out took longer than the time limit. */
  | 'document_too_slow'
  /** The data is larger than the limit. */
  | 'document_too_large'
  /** Too many documents are waiting: try again later. */
  | 'document_queue_full'
  /** The server is stopping. */
  | 'document_renderer_closed'
