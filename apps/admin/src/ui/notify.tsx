import { t } from '../i18n.ts'

/** What a toast offers beside its message. */
export type Offer = { label: string; run: () => void }

/** Says that something is done, in the corner: six seconds, ten where it offers to undo it. The toasts arrive with the first message. */
export async function notify(message: string, offer?: Offer): Promise<void> {
  window.dispatchEvent(new Event(notified))
  const { notifications } = await import('@mantine/notifications')
  const closeButtonProps = { 'aria-label': t('common.close') }
  if (!offer) {
    notifications.show({ message, closeButtonProps })
    return
  }
  const id = notifications.show({
    autoClose: 10_000,
    closeButtonProps,
    message: (
      <span style={{ display: 'flex', justifyContent: 'space-between', gap: 12 }}>
        <span>{message}</span>
        <button
          type="button"
          style={{
            border: 0,
            padding: 0,
            background: 'none',
            color: 'var(--isp-accent-text)',
            font: 'inherit',
            fontWeight: 600,
            cursor: 'pointer',
          }}
          onClick={() => {
            notifications.hide(id)
            offer.run()
          }}
        >
          {offer.label}
        </button>
      </span>
    ),
  })
}

const notified = 'isp:notified'

export function onFirstNotice(show: () => void): () => void {
  window.addEventListener(notified, show, { once: true })
  return () => window.removeEventListener(notified, show)
}
