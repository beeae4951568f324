import { BigInt, Bytes } from '@graphprotocol/graph-ts'
import { BatchFallen, BatchSettled } from '../generated/Settlement/Settlement'
import { Batch, BatchRevision, Challenge, Community, Period } from '../generated/schema'
import { eventId, revisionId, startId } from './ids'
import { addPeriod, removePeriod } from './standing'
import { Totals, totalsHash } from './totals'

// Settlement is the oracle committee too.
export {
  handleBondPosted,
  handleBondTaken,
  handleBondWithdrawn,
  handleNodeLeaving,
  handleNodeRemoved,
  handleNodeSeated,
  handleQuorumChanged,
} from './oracle-committee'

const FAULTS: string[] = [
  'NONE',
  'MEMBER_ORDER',
  'MEMBER_COUNT',
  'SURPLUS',
  'DEMAND',
  'BOUGHT',
  'SOLD',
  'OVER_BOUGHT',
  'OVER_SOLD',
  'EVEN_SPLIT',
  'TOTALS',
]

export function handleBatchSettled(event: BatchSettled): void {
  const community = Community.load(event.params.community)!
  const start = event.params.start
  const revision = event.params.revision.toI32()
  const periodCount = event.params.periods
  const end = start.plus(BigInt.fromI32(periodCount * community.periodSeconds))
  const hash = totalsHash(event.params.totals)

  const id = startId(community.id, start.toU64())
  let batch = Batch.load(id)
  if (batch === null) {
    batch = new Batch(id)
    batch.community = community.id
    batch.start = start
    batch.end = end
    batch.periodCount = periodCount
    community.batchCount += 1
    community.nextPeriod = end
  }
  batch.revision = revision
  batch.rules = event.params.rules.toI32()
  batch.status = revision === 0 ? 'SETTLED' : 'CORRECTED'
  batch.root = event.params.root
  batch.totalsHash = hash
  batch.signers = event.params.signers
  batch.settledAt = event.params.settledAt
  batch.updatedAt = event.block.timestamp
  batch.surplus = BigInt.zero()
  batch.demand = BigInt.zero()
  batch.shared = BigInt.zero()

  for (let i = 0; i < periodCount; i++) {
    const totals = new Totals(event.params.totals[i])
    const at = start.plus(BigInt.fromI32(i * community.periodSeconds))
    const periodId = startId(community.id, at.toU64())
    let period = Period.load(periodId)
    if (period === null) {
      period = new Period(periodId)
      period.community = community.id
      period.batch = batch.id
      period.index = i
      period.start = at
    } else if (period.standing) removePeriod(community, period)
    period.surplus = totals.surplus
    period.demand = totals.demand
    period.shared = totals.shared
    period.members = totals.members
    period.revision = revision
    period.standing = true
    period.save()
    addPeriod(community, period)
    batch.surplus = batch.surplus.plus(totals.surplus)
    batch.demand = batch.demand.plus(totals.demand)
    batch.shared = batch.shared.plus(totals.shared)
  }
  batch.save()
  community.save()

  const kept = new BatchRevision(revisionId(community.id, start.toU64(), revision))
  kept.batch = batch.id
  kept.community = community.id
  kept.start = start
  kept.revision = revision
  kept.rules = batch.rules
  kept.root = batch.root
  kept.totalsHash = hash
  kept.signers = batch.signers
  kept.settledAt = batch.settledAt
  kept.totals = event.params.totals
  kept.timestamp = event.block.timestamp
  kept.block = event.block.number
  kept.transaction = event.transaction.hash
  kept.save()
}

export function handleBatchFallen(event: BatchFallen): void {
  const community = Community.load(event.params.community)!
  const batch = Batch.load(startId(community.id, event.params.start.toU64()))!
  const none = Bytes.fromHexString('0x0000000000000000000000000000000000000000000000000000000000000000')
  batch.status = 'FALLEN'
  batch.root = none
  batch.totalsHash = none
  batch.signers = BigInt.zero()
  batch.surplus = BigInt.zero()
  batch.demand = BigInt.zero()
  batch.shared = BigInt.zero()
  batch.updatedAt = event.block.timestamp
  batch.save()
  for (let i = 0; i < batch.periodCount; i++) {
    const at = batch.start.plus(BigInt.fromI32(i * community.periodSeconds))
    const period = Period.load(startId(community.id, at.toU64()))!
    removePeriod(community, period)
    period.standing = false
    period.save()
  }
  community.save()

  const challenge = new Challenge(eventId(event))
  challenge.community = community.id
  challenge.batch = batch.id
  challenge.revision = event.params.revision.toI32()
  challenge.period = event.params.period
  challenge.challenger = event.params.challenger
  challenge.fault = FAULTS[event.params.fault]
  challenge.timestamp = event.block.timestamp
  challenge.block = event.block.number
  challenge.transaction = event.transaction.hash
  challenge.save()
}
