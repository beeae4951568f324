import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, instantText } from '../shapes.ts'
import { knownCommunity } from './known-community.ts'

const params = z.strictObject({ id: address, did: z.string().max(512) })

export const getAuditors = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/auditors',
  summary: 'Who may see all balances of a community besides its administrator.',
  access: 'name-auditors',
  params: z.strictObject({ id: address }),
  answers: z.object({ auditors: z.array(z.object({ did: z.string(), since: instantText })) }),
  async handle({ params: { id } }, { store }) {
    const auditors = await store.rows<{ did: string; granted_at: string }>(
      'SELECT did, granted_at FROM community_auditors WHERE community = $1 ORDER BY granted_at, did',
      [id],
    )
    return { auditors: auditors.map(({ did, granted_at }) => ({ did, since: formatInstant(Number(granted_at)) })) }
  },
})

export const putAuditor = defineRoute({
  method: 'put',
  path: '/v1/communities/{id}/auditors/{did}',
  summary: 'Names an auditor: a person by their DID, or an account by its own.',
  access: 'name-auditors',
  params,
  answers: z.object({ did: z.string() }),
  async handle({ params: { id, did } }, services) {
    const { store, access } = services
    await knownCommunity(services, id)
    const parsed = (await access.identity()).parseDid(did)
    if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.reason)
    await store.rows(
      'INSERT INTO community_auditors (community, did, granted_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, parsed.value, access.now()],
    )
    return { did: parsed.value }
  },
})

export const deleteAuditor = defineRoute({
  method: 'delete',
  path: '/v1/communities/{id}/auditors/{did}',
  summary: 'Takes an auditor’s sight away.',
  access: 'name-auditors',
  params,
  answers: z.object({ did: z.string() }),
  async handle({ params: { id, did } }, { store }) {
    const gone = await store.rows('DELETE FROM community_auditors WHERE community = $1 AND did = $2 RETURNING did', [
      id,
      did,
    ])
    if (gone.length === 0) throw new Refusal(404, 'ERR_AUDITOR_UNKNOWN', 'nobody with this DID audits the community')
    return { did }
  },
})
