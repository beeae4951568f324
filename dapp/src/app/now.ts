import { useSyncExternalStore } from 'react'

/** The present in whole minutes: enough for pages about hours, and one timer for all of them. */
const minute = () => Math.floor(Date.now() / 60_000) * 60
const subscribe = (listener: () => void) => {
  const timer = setInterval(listener, 10_000)
  return () => clearInterval(timer)
}

export const useNow = (): number => useSyncExternalStore(subscribe, minute)
