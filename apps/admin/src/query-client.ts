import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { Problem } from './api.ts'
import { paths } from './paths.ts'

/** A session that ended elsewhere sends the person to sign in, and back here afterwards. */
function onError(error: unknown) {
  const signedOut = error instanceof Problem && error.status === 401 && error.code !== 'sign_in_failed'
  if (!signedOut || location.pathname === '/sign-in') return
  location.assign(paths.signIn(location.pathname + location.search))
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only silence and faults of the server are worth a second try.
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
})

/** After a change anything may look different (balance, status, timeline): everything on the screen is read again. */
export function refreshEverything() {
  return queryClient.invalidateQueries({
    predicate: (query) => query.queryKey[0] !== 'me' && query.queryKey[0] !== 'meta',
  })
}
