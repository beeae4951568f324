import {
  type Adjustment,
  adjustmentReport,
  commitBatch,
  formatAdjustment,
  formatInstant,
  type Hex,
  packTotals,
  parseAdjustment,
} from '@opem/domain'
import { recoverTypedDataAddress } from 'viem'
import { z } from 'zod'
import { seesBalances } from '../../access/rules/meters.ts'
import { readAdjustments } from '../../lake/adjustments/adjustments.ts'
import { isQuorum } from '../chain/committee.ts'
import { keccak } from '../chain/keccak.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { address, adjustment, bytes32, instant } from '../shapes.ts'

const params = z.strictObject({ id: address })

export const postAdjustment = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/adjustments',
  access: 'settle',
  summary:
    'Keeps a final period computed again: signed by a quorum, against the revision on chain. The same again changes nothing.',
  params,
  body: z.unknown(),
  documentedBody: adjustment,
  bodyLimit: 32_000_000,
  answers: z.object({ stored: z.boolean() }),
  async handle({ params: { id }, body }, services) {
    const parsed = parseAdjustment(body)
    if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.reason)
    const given = parsed.value
    if (given.community !== id)
      throw new Refusal(400, 'ERR_ADJUSTMENT', `the adjustment is of ${given.community}, the path of ${id}`)
    checkRoot(given)
    await checkStanding(services, given)
    await checkQuorum(services, given)
    const answer = await services.adjustments.store(given)
    // Pages that show settled periods read again.
    if (answer.stored) {
      const data = { community: id, start: formatInstant(given.start), periods: 1, revision: given.revision }
      services.announcements.announce({ event: 'settled', data })
    }
    return answer
  },
})

function checkRoot({ chainId, community, revision, book }: Adjustment) {
  const [membersRoot] = commitBatch(keccak, { chainId, community, revision, books: [book] }).membersRoots
  if (membersRoot !== book.membersRoot)
    throw new Refusal(
      422,
      'ERR_EVIDENCE_ROOT',
      `the balances hash to ${membersRoot}, the adjustment says ${book.membersRoot}; evidence must prove its root`,
    )
}

async function checkStanding({ settled }: Services, { community, batch, revision, batchRoot }: Adjustment) {
  const found = () => {
    const onChain = settled.of(community, batch)
    return onChain?.revision === revision && onChain.root?.toLowerCase() === batchRoot
  }
  if (found()) return
  await settled.follow()
  if (!found())
    throw new Refusal(
      422,
      'ERR_ADJUSTMENT_BASE',
      `revision ${revision} with root ${batchRoot} is not what the chain holds: an adjustment stands against the current revision`,
    )
}

// Without this a single stranger could take the number that the nodes need.
async function checkQuorum({ chain, deployment }: Services, given: Adjustment) {
  const { chainId, addresses } = await deployment()
  const settlement = addresses.Settlement as Hex
  const { membersRoot } = given.book
  const data = adjustmentReport({
    chainId,
    settlement,
    adjustment: { ...given, totals: packTotals(given.book), membersRoot },
  })
  const nodes = await Promise.all(
    given.signatures.map((signature) => recoverTypedDataAddress({ ...data, signature }).catch(() => undefined)),
  )
  const known = nodes.filter((node) => node !== undefined)
  if (!(await isQuorum(chain.client, settlement, known)))
    throw new Refusal(
      422,
      'ERR_ADJUSTMENT_QUORUM',
      'no quorum of the committee signed this adjustment; needed are the signatures of as many seated nodes as the contract says',
    )
}

const EVER = { from: 0, to: 4_294_967_295 }

export const getAdjustments = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/adjustments',
  access: 'read-trading',
  summary: 'Adjustments of periods in a range, or of those that became known in one; against revisions in force only.',
  params,
  query: z.strictObject({
    from: instant.optional(),
    to: instant.optional(),
    knownFrom: instant.optional(),
    knownTo: instant.optional(),
    member: bytes32.optional(),
  }),
  answers: z.object({ adjustments: z.array(adjustment) }),
  async handle({ params: { id }, query }, { lake, settled }, access) {
    if (!seesBalances(access, query.member))
      access.refuse("the community's administrator, an auditor it named, or ?member= with one's own member id")
    const { from = EVER.from, to = EVER.to, knownFrom = EVER.from, knownTo = EVER.to, member } = query
    const stored = await readAdjustments(lake, { community: id, from, to, knownFrom, knownTo })
    const inForce = stored.flatMap((wire) => {
      const one = parseAdjustment(wire)
      if (!one.ok) return []
      const onChain = settled.of(id, one.value.batch)
      const stands = !onChain || (onChain.revision === one.value.revision && onChain.root === one.value.batchRoot)
      return stands ? [one.value] : []
    })
    const only = (one: Adjustment): Adjustment =>
      member === undefined
        ? one
        : { ...one, book: { ...one.book, balances: one.book.balances.filter((b) => b.member === member) } }
    return { adjustments: inForce.map((one) => formatAdjustment(only(one))) }
  },
})
