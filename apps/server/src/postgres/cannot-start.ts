/** A reason why the installation cannot start: `message` is for the person at the terminal, without a stack. */
export class CannotStart extends Error {
  override name = 'CannotStart'
}
