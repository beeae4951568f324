import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

export type Live = 'live' | 'polling'

/** Reads that a settled period changes. */
const settledKeys = ['periods', 'trading', 'chain', 'index']
const POLL_EVERY = 15_000

/**
 * Listens to the API's events and makes the reads they concern fresh; while the stream is away the page asks by itself.
 * Returns which of the two is going on, so that the page can say so.
 */
export function useLive(): Live {
  const queries = useQueryClient()
  const [live, setLive] = useState<Live>('polling')
  useEffect(() => {
    const refresh = (keys: readonly string[]) =>
      queries.invalidateQueries({ predicate: (one) => keys.includes(String(one.queryKey[0])) })
    const source = new EventSource('/v1/stream')
    source.onopen = () => setLive('live')
    // EventSource reconnects by itself; until then we poll.
    source.onerror = () => setLive('polling')
    source.addEventListener('settled', () => refresh(settledKeys))
    source.addEventListener('part', () => refresh(['health', 'parts']))
    const timer = setInterval(() => {
      if (source.readyState !== EventSource.OPEN) refresh([...settledKeys, 'health'])
    }, POLL_EVERY)
    return () => {
      source.close()
      clearInterval(timer)
    }
  }, [queries])
  return live
}
