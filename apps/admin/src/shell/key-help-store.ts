/** Opens the list of keys from anywhere; the dialog listens in the shell. */
const event = 'isp:keys'

export function showKeys() {
  window.dispatchEvent(new Event(event))
}

export function onShowKeys(open: () => void): () => void {
  window.addEventListener(event, open)
  return () => window.removeEventListener(event, open)
}
