/** Opens the palette or the list of keys from anywhere. Both arrive as chunks of their own when first wanted. */
export type Overlay = 'palette' | 'keys'

const event = (overlay: Overlay) => `isp:open-${overlay}`

export function openOverlay(overlay: Overlay) {
  window.dispatchEvent(new Event(event(overlay)))
}

export function onOverlay(overlay: Overlay, open: () => void): () => void {
  window.addEventListener(event(overlay), open)
  return () => window.removeEventListener(event(overlay), open)
}
