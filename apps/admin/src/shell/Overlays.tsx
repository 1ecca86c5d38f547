import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useState } from 'react'
import { onFirstNotice } from '../ui/notify.tsx'
import { onOverlay, openOverlay } from './overlays.ts'

const loadPalette = () => import('./Palette.tsx')
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }))
const KeyHelp = lazy(async () => ({ default: (await import('./KeyHelp.tsx')).KeyHelp }))

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }))

/** The palette (⌘K), the list of keys (?) and the toasts. The palette is fetched as soon as the browser is idle. */
export function Overlays() {
  const [palette, setPalette] = useState<boolean | null>(null)
  const [keys, setKeys] = useState(false)
  const [notices, setNotices] = useState(false)
  useEffect(() => onOverlay('palette', () => setPalette(true)), [])
  useEffect(() => onFirstNotice(() => setNotices(true)), [])
  useEffect(() => onOverlay('keys', () => setKeys(true)), [])
  useEffect(() => {
    // Should it fail, it is fetched when it is wanted.
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), 3000)
    return () => clearTimeout(timer)
  }, [])
  useHotkeys([['mod+K', () => openOverlay('palette')]], [])
  useHotkeys([
    ['shift+?', () => openOverlay('keys')],
    ['?', () => openOverlay('keys')],
  ])
  return (
    <Suspense fallback={null}>
      {palette !== null && <Palette opened={palette} onClose={() => setPalette(false)} />}
      {notices && <Notifications position="bottom-right" autoClose={6000} limit={3} />}
      {keys && <KeyHelp onClose={() => setKeys(false)} />}
    </Suspense>
  )
}
