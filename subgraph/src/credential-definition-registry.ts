import {
  CredentialDefined,
  DefinitionRetired,
} from '../generated/CredentialDefinitionRegistry/CredentialDefinitionRegistry'
import { CredentialDefinition } from '../generated/schema'

export function handleCredentialDefined(event: CredentialDefined): void {
  const definition = new CredentialDefinition(event.params.definitionId)
  definition.issuer = event.params.issuer
  definition.credentialType = event.params.credentialType
  definition.schema = event.params.schemaId
  definition.definedAt = event.block.timestamp
  definition.transaction = event.transaction.hash
  definition.save()
}

export function handleDefinitionRetired(event: DefinitionRetired): void {
  const definition = CredentialDefinition.load(event.params.definitionId)!
  definition.retiredAt = event.params.retiredAt
  definition.save()
}
