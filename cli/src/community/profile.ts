import type { RulesDocument } from '@opem/domain'
import { isAddress } from 'viem'
import { refusal } from '../failure.ts'
import type { Api } from '../instance/api.ts'

/** A community as the API tells it (docs/architecture.md, "Shapes on the wire"). */
export interface Profile {
  readonly id: `0x${string}`
  readonly name: string
  readonly timeZone: string
  readonly periodSeconds: 900 | 3600
  readonly batchPeriods: 1 | 'day'
  readonly rules: readonly RulesDocument[]
  readonly members: readonly {
    readonly id: `0x${string}`
    readonly name: string
    readonly account: `0x${string}`
    readonly meters: readonly { readonly meter: string; readonly participation: number }[]
  }[]
}

export const readProfiles = async (api: Api): Promise<readonly Profile[]> =>
  (await api.get<{ communities: Profile[] }>('/v1/communities')).communities

/** Finds a community by its id, or by its name when only one has it. */
export async function readProfile(api: Api, idOrName: string): Promise<Profile> {
  if (isAddress(idOrName, { strict: false })) return api.get(`/v1/communities/${idOrName.toLowerCase()}`)
  const named = (await readProfiles(api)).filter(({ name }) => name === idOrName)
  if (named.length === 1) return named[0]!
  throw refusal(
    'ERR_COMMUNITY',
    named.length === 0
      ? `There is no community "${idOrName}": opem community list shows them; give an id (0x…) or a name.`
      : `${named.length} communities are called "${idOrName}": give one of the ids ${named.map(({ id }) => id).join(', ')}.`,
  )
}

/** A member by id or by name. */
export function memberOf(profile: Profile, idOrName: string): Profile['members'][number] {
  const found = profile.members.filter(({ id, name }) => id === idOrName.toLowerCase() || name === idOrName)
  if (found.length === 1) return found[0]!
  throw refusal(
    'ERR_MEMBER',
    found.length === 0
      ? `${profile.name} has no member "${idOrName}": its members are ${profile.members.map(({ name }) => name).join(', ') || 'none yet'}.`
      : `${found.length} members of ${profile.name} are called "${idOrName}": give an id (0x…).`,
  )
}
