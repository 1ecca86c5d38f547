import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import '@fontsource-variable/inter'
import './tokens.css'
import './i18n.ts'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followOtherWindows } from './acting.ts'
import { queryClient } from './query-client.ts'
import { router } from './routes.tsx'
import { cssVariables, theme } from './theme.ts'

// After an upgrade of the server an open page asks for files that are gone: it starts over, once a minute at most. While the server
// does not answer it stays, and says so.
window.addEventListener('vite:preloadError', () => {
  const last_ms = Number(sessionStorage.getItem('isp.reloaded_ms') ?? 0)
  if (Date.now() - last_ms < 60_000) return
  void fetch('/readyz').then(({ ok }) => {
    if (!ok) return
    sessionStorage.setItem('isp.reloaded_ms', String(Date.now()))
    location.reload()
  }, ignore)
})
const ignore = () => undefined

followOtherWindows()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
