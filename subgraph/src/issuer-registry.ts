import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import { AccreditationWithdrawn, IssuerAccredited } from '../generated/IssuerRegistry/IssuerRegistry'
import { Accreditation, AccreditationEvent } from '../generated/schema'
import { accreditationId, eventId } from './ids'

export function handleIssuerAccredited(event: IssuerAccredited): void {
  const id = accreditationId(event.params.issuer, event.params.credentialType)
  let accreditation = Accreditation.load(id)
  if (accreditation === null) {
    accreditation = new Accreditation(id)
    accreditation.issuer = event.params.issuer
    accreditation.credentialType = event.params.credentialType
  }
  accreditation.from = event.params.from
  accreditation.until = null
  accreditation.save()
  record(event, id, 'ACCREDITED')
}

export function handleAccreditationWithdrawn(event: AccreditationWithdrawn): void {
  const id = accreditationId(event.params.issuer, event.params.credentialType)
  const accreditation = Accreditation.load(id)!
  accreditation.until = event.params.until
  accreditation.save()
  record(event, id, 'WITHDRAWN')
}

function record(event: ethereum.Event, accreditation: Bytes, kind: string): void {
  const entry = new AccreditationEvent(eventId(event))
  entry.accreditation = accreditation
  entry.kind = kind
  entry.timestamp = event.block.timestamp
  entry.transaction = event.transaction.hash
  entry.save()
}
