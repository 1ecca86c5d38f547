/** What the `isp` command ends with: a sentence and an exit code. */
export class Failed extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
