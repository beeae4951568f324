import { OpemError } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useParams } from 'react-router'
import type { Community } from '../api/communities.ts'
import { communityQuery } from '../api/communities.ts'
import { hexOf } from '../format/hex.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { NotFound } from './NotFound.tsx'

/** The community that the address bar names, or a kind way out. */
export function WithCommunity({ children }: { children: (community: Community) => ReactNode }) {
  const id = hexOf(useParams().id, 20)
  const community = useQuery({ ...communityQuery(id ?? ''), enabled: id !== undefined })
  if (id === undefined) return <NotFound what="community" />
  if (community.data !== undefined) return children(community.data)
  if (community.error === null) return <Waiting what="the community" />
  if (community.error instanceof OpemError && community.error.details?.status === 404)
    return <NotFound what="community" />
  return <ReadProblem error={community.error} retry={() => community.refetch()} />
}
