import { createContext, useContext } from 'react'
import { usePublicClient } from 'wagmi'
import type { Settings } from '../api/settings.ts'

export const SettingsContext = createContext<Settings | undefined>(undefined)

/** The settings; pages are drawn only once they are known. */
export function useSettings(): Settings {
  const settings = useContext(SettingsContext)
  if (settings === undefined) throw new Error('a page was drawn outside <App>')
  return settings
}

/** The client of our one chain, through `/chain`. */
export function useChain() {
  const client = usePublicClient()
  if (client === undefined) throw new Error('a page was drawn outside <App>')
  return client
}
