import type { Address } from 'viem'
import type { Did } from './did.ts'
import { jwkOfDid } from './key-did.ts'
import type { ResolvedDid, VerificationKey } from './resolver-types.ts'

const NONE: ReadonlySet<Address> = new Set()

/** The document of a DID that is a key (did:jwk, did:key): one for ever, and no chain has to be asked. */
export function documentOfKey(did: Did): ResolvedDid {
  const jwk = jwkOfDid(did)
  if (jwk === undefined) throw new TypeError(`${did} was not read by parseDid`)
  const fragment = did.startsWith('did:jwk:') ? '0' : did.slice('did:key:'.length)
  const key: VerificationKey = { id: `${did}#${fragment}`, kind: jwk.crv, jwk }
  return {
    did,
    version: 0,
    deactivated: false,
    authentication: [key],
    assertionMethod: [key],
    keyAgreement: [],
    services: [],
    compromised: NONE,
  }
}
