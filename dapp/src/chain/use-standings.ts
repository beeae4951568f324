import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Community } from '../api/communities.ts'
import type { Range } from '../api/trading.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { chainStateQuery } from './queries.ts'
import type { Standings } from './settled-in.ts'
import { standingsQuery } from './settled-in.ts'

/** What the chain says of a range's periods, with the correction window; `undefined` until it is read. */
export function useStandings(
  community: Community,
  range: Range,
  batches: readonly { readonly start: number }[] | undefined,
): (Standings & { readonly correctionWindow: number }) | undefined {
  const client = useChain()
  const settings = useSettings()
  const chain = useQuery(chainStateQuery(client, settings, community.id))
  const starts = (batches ?? []).map(({ start }) => start)
  const standings = useQuery({
    ...standingsQuery(client, settings, community.id, range, community.periodSeconds, starts),
    enabled: batches !== undefined,
  })
  const correctionWindow = chain.data?.correctionWindow
  return useMemo(
    () =>
      correctionWindow === undefined || standings.data === undefined
        ? undefined
        : { ...standings.data, correctionWindow },
    [correctionWindow, standings.data],
  )
}
