/** Says that something is done, in the corner, for six seconds. The toasts arrive with the first message. */
export async function notify(message: string): Promise<void> {
  window.dispatchEvent(new Event(notified))
  const { notifications } = await import('@mantine/notifications')
  notifications.show({ message })
}

const notified = 'isp:notified'

export function onFirstNotice(show: () => void): () => void {
  window.addEventListener(notified, show, { once: true })
  return () => window.removeEventListener(notified, show)
}
