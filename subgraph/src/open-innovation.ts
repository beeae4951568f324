import { Address, Bytes, ethereum } from '@graphprotocol/graph-ts'
import {
  InnovationProposed,
  InnovationRequested,
  ProposalStateChanged,
  RequestStateChanged,
} from '../generated/OpenInnovation/OpenInnovation'
import { InnovationEvent, InnovationRequest, Proposal } from '../generated/schema'
import { eventId } from './ids'

/** As the contract counts them; 0 is none. */
const STATES: string[] = ['', 'OPEN', 'WITHDRAWN', 'CHOSEN']

export function handleInnovationRequested(event: InnovationRequested): void {
  const request = new InnovationRequest(event.params.request)
  request.user = event.params.user
  request.content = event.params.content
  request.closesAt = event.params.closesAt
  request.state = 'OPEN'
  request.requestedAt = event.block.timestamp
  request.updatedAt = event.block.timestamp
  request.transaction = event.transaction.hash
  request.save()
  record(event, request.id, null, null, 'OPEN', null)
}

export function handleRequestStateChanged(event: RequestStateChanged): void {
  const request = InnovationRequest.load(event.params.request)!
  const previous = request.state
  request.state = STATES[event.params.current]
  request.updatedAt = event.block.timestamp
  request.save()
  record(event, request.id, null, previous, request.state, event.params.by)
}

export function handleInnovationProposed(event: InnovationProposed): void {
  const proposal = new Proposal(event.params.proposal)
  proposal.request = event.params.request
  proposal.provider = event.params.provider
  proposal.content = event.params.content
  proposal.state = 'OPEN'
  proposal.proposedAt = event.block.timestamp
  proposal.updatedAt = event.block.timestamp
  proposal.transaction = event.transaction.hash
  proposal.save()
  record(event, proposal.request, proposal.id, null, 'OPEN', null)
}

export function handleProposalStateChanged(event: ProposalStateChanged): void {
  const proposal = Proposal.load(event.params.proposal)!
  const previous = proposal.state
  proposal.state = STATES[event.params.current]
  proposal.updatedAt = event.block.timestamp
  proposal.save()
  if (proposal.state == 'CHOSEN') {
    const request = InnovationRequest.load(proposal.request)!
    request.chosen = proposal.id
    request.save()
  }
  record(event, proposal.request, proposal.id, previous, proposal.state, event.params.by)
}

function record(
  event: ethereum.Event,
  request: Bytes,
  proposal: Bytes | null,
  previous: string | null,
  state: string,
  by: Address | null,
): void {
  const entry = new InnovationEvent(eventId(event))
  entry.request = request
  entry.proposal = proposal
  entry.previousState = previous
  entry.state = state
  entry.by = by
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.logIndex = event.logIndex.toI32()
  entry.transaction = event.transaction.hash
  entry.save()
}
