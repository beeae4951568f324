import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

export type Live = 'live' | 'polling'

/** Reads that a settled period changes. */
const settledKeys = ['periods', 'trading', 'chain', 'index']
const POLL_EVERY = 15_000

/** One connection for the whole page, however many of its parts listen: a browser has few for each marketplace. */
let source: EventSource | undefined
let listeners = 0

function openStream(): { source: EventSource; close: () => void } {
  source ??= new EventSource('/v1/stream')
  listeners += 1
  return {
    source,
    close() {
      listeners -= 1
      if (listeners > 0) return
      source?.close()
      source = undefined
    },
  }
}

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
    const stream = openStream()
    const opened = () => setLive('live')
    // EventSource reconnects by itself; until then we poll.
    const broken = () => setLive('polling')
    const settled = () => refresh(settledKeys)
    const part = () => refresh(['health', 'parts'])
    if (stream.source.readyState === EventSource.OPEN) opened()
    const heard = { open: opened, error: broken, settled, part }
    for (const [name, hear] of Object.entries(heard)) stream.source.addEventListener(name, hear)
    const timer = setInterval(() => {
      if (stream.source.readyState !== EventSource.OPEN) refresh([...settledKeys, 'health'])
    }, POLL_EVERY)
    return () => {
      for (const [name, hear] of Object.entries(heard)) stream.source.removeEventListener(name, hear)
      stream.close()
      clearInterval(timer)
    }
  }, [queries])
  return live
}

/** Hears one kind of event while somebody is signed in, and asks by itself while the stream is away. */
export function useStreamEvent(name: string, enabled: boolean, hear: () => void): void {
  useEffect(() => {
    if (!enabled) return
    const stream = openStream()
    stream.source.addEventListener(name, hear)
    stream.source.addEventListener('open', hear)
    const timer = setInterval(() => {
      if (stream.source.readyState !== EventSource.OPEN) hear()
    }, POLL_EVERY)
    return () => {
      stream.source.removeEventListener(name, hear)
      stream.source.removeEventListener('open', hear)
      stream.close()
      clearInterval(timer)
    }
  }, [name, enabled, hear])
}
