import { canonicalJson } from '@opem/domain'
import { type Hex, keccak256, stringToBytes } from 'viem'
import { z } from 'zod'
import { CLAIMS, CREDENTIAL_TYPES, type CredentialType } from './claims.ts'
import { EARLIER_SCHEMAS } from './earlier-schemas.ts'

/** A type's claims as a JSON Schema, ready to be published in the SchemaRegistry. */
export interface PublishedSchema {
  readonly name: CredentialType
  readonly version: number
  /** JSON Schema 2020-12. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Canonical JSON (RFC 8785) of the schema: what `contentHash` is over, and what is stored. */
  readonly content: string
  /** keccak256 of the content's UTF-8. */
  readonly contentHash: Hex
}

/** Every change of a type's claims is its next version. */
const VERSIONS: Readonly<Record<CredentialType, number>> = {
  RepresentativeCredential: 1,
  IdentityCredential: 1,
  AccountCredential: 1,
  MemberCredential: 1,
  DataSourceCredential: 1,
  ReceiptCredential: 2,
}

/** How a credential names its schema (`vc.credentialSchema`). */
export const schemaReference = (type: CredentialType) => ({
  id: `urn:opem:schema:${type}:${VERSIONS[type]}`,
  type: 'JsonSchema' as const,
})

/** The schemas of versions that are over, oldest first: published before those that followed them. */
export const earlierSchemas = (): readonly PublishedSchema[] =>
  EARLIER_SCHEMAS.map(({ name, version, schema }) => {
    const content = canonicalJson(schema)
    return { name, version, schema, content, contentHash: keccak256(stringToBytes(content)) }
  })

/** The JSON Schemas of all credential types, generated from what the verifier itself parses with. */
export const credentialSchemas = (): readonly PublishedSchema[] =>
  CREDENTIAL_TYPES.map((name) => {
    const { $schema, ...rest } = z.toJSONSchema(CLAIMS[name], { target: 'draft-2020-12' })
    const schema = { $schema, $id: schemaReference(name).id, title: name, ...rest }
    const content = canonicalJson(schema)
    return { name, version: VERSIONS[name], schema, content, contentHash: keccak256(stringToBytes(content)) }
  })
