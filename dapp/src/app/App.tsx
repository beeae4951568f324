import { OpemError } from '@opem/domain'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { RouterProvider } from 'react-router'
import { WagmiProvider } from 'wagmi'
import type { Settings } from '../api/settings.ts'
import { settingsQuery } from '../api/settings.ts'
import { wagmiConfig } from '../chain/config.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { sessionEnded } from '../session/queries.ts'
import { SessionKeeper } from '../session/SessionKeeper.tsx'
import { isSignInNeeded } from '../session/session.ts'
import { router } from './routes.tsx'
import { SettingsContext } from './settings.ts'

/** Refused for want of a session, after it could not be renewed: the page goes to the door. */
const onError = (error: Error) => {
  if (isSignInNeeded(error)) sessionEnded(queries)
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; only what may get better is asked again.
      retry: (count, error) => count < 2 && (!(error instanceof OpemError) || error.retryable),
    },
  },
})

/** Settings first: without them nobody knows which chain and which contracts. */
function Ready() {
  const settings = useQuery(settingsQuery)
  if (settings.data !== undefined) return <House settings={settings.data} />
  return (
    <main id="main">
      <h1>OPEM</h1>
      {settings.error === null ? (
        <Waiting what="settings" />
      ) : (
        <ReadProblem error={settings.error} retry={() => settings.refetch()} />
      )}
    </main>
  )
}

function House({ settings }: { settings: Settings }) {
  const [config] = useState(() => wagmiConfig(settings, window.location.origin))
  return (
    <WagmiProvider config={config}>
      <SettingsContext value={settings}>
        <SessionKeeper />
        <RouterProvider router={router} />
      </SettingsContext>
    </WagmiProvider>
  )
}

export const App = () => (
  <QueryClientProvider client={queries}>
    <Ready />
  </QueryClientProvider>
)
