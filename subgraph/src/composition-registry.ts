import { Address, ethereum } from '@graphprotocol/graph-ts'
import {
  CompositionDecided,
  CompositionRequested,
  CompositionStateChanged,
} from '../generated/CompositionRegistry/CompositionRegistry'
import { Composition, CompositionEvent, CompositionStep } from '../generated/schema'
import { eventId, numberedId, wordsOf } from './ids'

/** As the contract counts them; 0 is none. */
const STATES: string[] = ['', 'REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN']

export function handleCompositionRequested(event: CompositionRequested): void {
  const composition = new Composition(event.params.id)
  composition.user = event.params.user
  composition.content = event.params.content
  composition.state = 'REQUESTED'
  composition.approvals = 0
  composition.requestedAt = event.block.timestamp
  composition.updatedAt = event.block.timestamp
  composition.transaction = event.transaction.hash
  composition.save()
  for (let i = 0; i < event.params.listings.length; i++) {
    const step = new CompositionStep(numberedId(composition.id, i))
    step.composition = composition.id
    step.index = i
    step.listing = event.params.listings[i]
    step.state = 'OPEN'
    step.save()
  }
  record(event, composition, null, null)
}

export function handleCompositionDecided(event: CompositionDecided): void {
  const composition = Composition.load(event.params.id)!
  composition.approvals = event.params.approvals
  composition.updatedAt = event.block.timestamp
  composition.save()
  const step = CompositionStep.load(numberedId(composition.id, event.params.index))!
  step.state = event.params.approved ? 'APPROVED' : 'REJECTED'
  step.by = event.params.by
  step.reason = wordsOf(event.params.reason)
  step.decidedAt = event.block.timestamp
  step.save()
}

export function handleCompositionStateChanged(event: CompositionStateChanged): void {
  const composition = Composition.load(event.params.id)!
  const previous = composition.state
  composition.state = STATES[event.params.current]
  composition.updatedAt = event.block.timestamp
  composition.save()
  record(event, composition, previous, event.params.by)
}

function record(event: ethereum.Event, composition: Composition, previous: string | null, by: Address | null): void {
  const entry = new CompositionEvent(eventId(event))
  entry.composition = composition.id
  entry.previousState = previous
  entry.state = composition.state
  entry.by = by
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.logIndex = event.logIndex.toI32()
  entry.transaction = event.transaction.hash
  entry.save()
}
