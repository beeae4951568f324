import { CredentialRevoked } from '../generated/RevocationRegistry/RevocationRegistry'
import { Revocation } from '../generated/schema'
import { revocationId } from './ids'

export function handleCredentialRevoked(event: CredentialRevoked): void {
  const revocation = new Revocation(revocationId(event.params.issuer, event.params.credentialId))
  revocation.issuer = event.params.issuer
  revocation.credentialId = event.params.credentialId
  revocation.by = event.params.by
  revocation.revokedAt = event.params.revokedAt
  revocation.block = event.block.number
  revocation.transaction = event.transaction.hash
  revocation.save()
}
