import {
  canonicalJson,
  formatInstant,
  type Hex,
  isTimeZone,
  parseRules,
  rulesFrom,
  rulesHash,
  toHex,
} from '@opem/domain'
import { z } from 'zod'
import type { Caller } from '../../access/caller/caller.ts'
import { seesAllMembers } from '../../access/rules/judge.ts'
import { relationsOf } from '../../access/rules/relations.ts'
import {
  communityIds,
  type StoredCommunity,
  type StoredRules,
  storeCommunity,
  storeRules,
} from '../../operational/communities.ts'
import { keccak } from '../chain/keccak.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { address, bytes32, communityProfile, memberMeter, rulesDocument } from '../shapes.ts'
import { knownCommunity } from './known-community.ts'

const community = z
  .object({
    id: address,
    name: z.string(),
    timeZone: z.string(),
    periodSeconds: z.union([z.literal(900), z.literal(3600)]),
    batchPeriods: z.union([z.number().int(), z.literal('day')]),
    rules: z.array(rulesDocument),
    members: z
      .array(z.object({ id: bytes32, name: z.string(), account: address, meters: z.array(memberMeter) }))
      .meta({ description: 'all for the administrator and auditors, oneself for a member, nobody for others' }),
  })
  .meta({ id: 'Community' })

/** A profile without salt keys: those leave on the oracle's route only. Of its members only those that `isShown`. */
export const formatCommunity = (
  { members, rules, ...profile }: StoredCommunity,
  isShown: (member: string) => boolean = () => true,
) => ({
  ...profile,
  rules: rules.map(({ document }) => document),
  members: members
    .filter(({ id }) => isShown(id))
    .map(({ id, name, account, meters }) => ({ id, name, account, meters })),
})

/** A community as the caller may see it: names and meters of members are for those whom they concern. */
const shownTo = async (services: Services, caller: Caller, community: StoredCommunity) => {
  const relations = await relationsOf(services, caller, community.id)
  return formatCommunity(community, (member) => seesAllMembers(caller, relations) || relations.members.includes(member))
}

export const getCommunities = defineRoute({
  method: 'get',
  path: '/v1/communities',
  access: 'signed-in',
  summary: 'Profiles of all communities.',
  answers: z.object({ communities: z.array(community) }),
  async handle(_input, services, { caller }) {
    const communities = []
    for (const id of await communityIds(services.store))
      communities.push(await shownTo(services, caller, await knownCommunity(services, id)))
    return { communities }
  },
})

export const getCommunity = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}',
  access: 'signed-in',
  summary: 'Profile of a community with its rules documents and members.',
  params: z.strictObject({ id: address }),
  answers: community,
  async handle({ params: { id } }, services, { caller }) {
    return shownTo(services, caller, await knownCommunity(services, id))
  },
})

export const postCommunity = defineRoute({
  method: 'post',
  path: '/v1/communities',
  access: 'administer-community',
  summary: 'Stores the profile of a founded community: its hash and its rules must be what the chain committed to.',
  communityOf: ({ body }) => body.id,
  body: communityProfile,
  bodyLimit: 2_000_000,
  answers: community,
  async handle({ body: profile }, services) {
    if (!isTimeZone(profile.timeZone))
      throw new Refusal(
        400,
        'ERR_TIME_ZONE',
        `"${profile.timeZone}" is not a time zone; give an IANA name like Europe/Madrid`,
      )
    const founding = await services.chain.founding(profile.id as Hex)
    if (!founding)
      throw new Refusal(
        422,
        'ERR_COMMUNITY_NOT_FOUNDED',
        `our factory founded no community ${profile.id}; found it first`,
      )
    const hash = profileHash(profile)
    if (founding.profileHash !== hash)
      throw new Refusal(
        422,
        'ERR_PROFILE_HASH',
        `name and time zone hash to ${hash}, the chain committed to ${founding.profileHash}; send them exactly as founded`,
      )
    if (founding.periodSeconds !== profile.periodSeconds)
      throw new Refusal(
        422,
        'ERR_PERIOD_SECONDS',
        `the profile says ${profile.periodSeconds} s, the chain ${founding.periodSeconds} s; a community's period length is fixed`,
      )
    const rules: StoredRules[] = []
    for (const document of profile.rules) rules.push(await checkedRules(services, profile.id, document))
    await storeCommunity(services.store, profile, rules)
    return formatCommunity(await knownCommunity(services, profile.id))
  },
})

export const postRules = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/rules',
  access: 'administer-community',
  summary: 'Stores the document behind a committed rules hash.',
  params: z.strictObject({ id: address }),
  body: rulesDocument,
  bodyLimit: 1_000_000,
  answers: z.object({ version: z.number().int(), hash: bytes32 }),
  async handle({ params: { id }, body }, services) {
    await knownCommunity(services, id)
    const rules = await checkedRules(services, id, body)
    await storeRules(services.store, id, rules)
    return { version: rules.version, hash: rules.hash }
  },
})

/** keccak256 of the canonical JSON of name and time zone. */
export const profileHash = ({ name, timeZone }: { name: string; timeZone: string }): Hex =>
  toHex(keccak(new TextEncoder().encode(canonicalJson({ name, timeZone }))))

async function checkedRules({ chain }: Services, id: string, raw: unknown): Promise<StoredRules> {
  const parsed = parseRules(raw)
  if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.reason)
  const document = parsed.value
  const hash = rulesHash(keccak, document)
  const committed = await chain.committedRules(id as Hex, document.version)
  if (committed === undefined)
    throw new Refusal(
      422,
      'ERR_RULES_NOT_COMMITTED',
      `version ${document.version} (from ${formatInstant(rulesFrom(document))}) is not on the chain; commit it first`,
    )
  if (committed !== hash)
    throw new Refusal(
      422,
      'ERR_RULES_HASH',
      `the document hashes to ${hash}, version ${document.version} on the chain is ${committed}; send the committed document`,
    )
  return { version: document.version, hash, document }
}
