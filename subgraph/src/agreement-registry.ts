import { BigInt, ethereum } from '@graphprotocol/graph-ts'
import {
  AgreementConcluded,
  AgreementExtended,
  AgreementTerminated,
  FeeChanged,
} from '../generated/AgreementRegistry/AgreementRegistry'
import { Agreement, AgreementEvent, FeeChange, Listing } from '../generated/schema'
import { eventId, wordsOf } from './ids'

const PLANS: string[] = ['FREE', 'ONE_TIME', 'SUBSCRIPTION', 'PAY_PER_USE', 'BANK']

export function handleAgreementConcluded(event: AgreementConcluded): void {
  const terms = event.params.agreement
  const listing = Listing.load(terms.listing)!
  listing.agreementCount += 1
  listing.save()

  const agreement = new Agreement(event.params.id)
  agreement.listing = terms.listing
  agreement.version = terms.version.toI32()
  agreement.provider = terms.provider
  agreement.consumer = terms.consumer
  agreement.terms = terms.terms
  agreement.plan = PLANS[terms.plan]
  agreement.price = terms.price
  agreement.interval = terms.interval
  agreement.feeBps = terms.feeBps
  agreement.start = terms.start
  agreement.end = terms.end
  agreement.notice = terms.notice
  agreement.salt = terms.salt
  agreement.deadline = terms.deadline
  agreement.state = 'CONCLUDED'
  agreement.concludedAt = event.block.timestamp
  agreement.transaction = event.transaction.hash
  save(event, agreement, terms.end, entryOf(event, agreement, 'CONCLUDED'))
}

export function handleAgreementTerminated(event: AgreementTerminated): void {
  const agreement = Agreement.load(event.params.id)!
  const entry = entryOf(event, agreement, 'TERMINATED')
  entry.previousEnd = event.params.previousEnd
  entry.by = event.params.by
  entry.side = event.params.asProvider ? 'PROVIDER' : 'CONSUMER'
  entry.reason = wordsOf(event.params.reason)
  agreement.state = 'TERMINATED'
  save(event, agreement, event.params.endsAt, entry)
}

export function handleAgreementExtended(event: AgreementExtended): void {
  const agreement = Agreement.load(event.params.id)!
  const entry = entryOf(event, agreement, 'EXTENDED')
  entry.previousEnd = event.params.previousEnd
  save(event, agreement, event.params.end, entry)
}

export function handleFeeChanged(event: FeeChanged): void {
  const change = new FeeChange(eventId(event))
  change.previous = event.params.previous
  change.current = event.params.current
  change.timestamp = event.block.timestamp
  change.block = event.block.number
  change.transaction = event.transaction.hash
  change.save()
}

function entryOf(event: ethereum.Event, agreement: Agreement, kind: string): AgreementEvent {
  const entry = new AgreementEvent(eventId(event))
  entry.agreement = agreement.id
  entry.kind = kind
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.logIndex = event.logIndex.toI32()
  entry.transaction = event.transaction.hash
  return entry
}

function save(event: ethereum.Event, agreement: Agreement, endsAt: BigInt, entry: AgreementEvent): void {
  agreement.endsAt = endsAt
  agreement.updatedAt = event.block.timestamp
  agreement.save()
  entry.endsAt = endsAt
  entry.save()
}
