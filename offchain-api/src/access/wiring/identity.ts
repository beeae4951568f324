import { OpemError } from '@opem/domain'
import { type ClaimsOf, credentialHashOf } from '@opem/ssi/credential'
import { accountIdOf, type Did, type DidResolver, parseDid } from '@opem/ssi/did'
import { type VerifierPorts, verifyCredential, verifyPresentation } from '@opem/ssi/verifier'
import type { ChainAccount, Identity } from '../identity.ts'
import type { Marketplace } from './marketplace.ts'

/** The verifier and the issuer on one deployment, as the capabilities of access ask them. */
export function createIdentity({
  issuer,
  chainId,
  ports,
  accountOn,
}: {
  readonly issuer: Pick<Marketplace, 'did' | 'issueAccount' | 'issueReceipt'>
  readonly chainId: number
  readonly ports: VerifierPorts & { readonly resolver: DidResolver }
  readonly accountOn: (account: `0x${string}`) => Promise<ChainAccount>
}): Identity {
  const canonical = (text: string): Did => {
    const parsed = parseDid(text, chainId)
    if (parsed.ok) return parsed.value
    throw new OpemError({ code: parsed.code, shortMessage: parsed.reason })
  }
  return {
    marketplace: issuer.did,
    chainId,
    accountIdOf: (did) => accountIdOf(canonical(did)),
    parseDid: (text) => parseDid(text, chainId),
    verify: (proof, { operation, challenge, types, now }) =>
      verifyPresentation(proof, { operation, challenge, types, now, audience: issuer.did }, ports),
    async verifyCredential(jwt, type, now) {
      const verified = await verifyCredential(jwt, { now }, ports)
      if (!verified.ok || verified.value.type === type) return verified
      return { ok: false, code: 'ERR_VP_TYPES', reason: `A ${type} is needed here, not a ${verified.value.type}.` }
    },
    isRevoked: (of, jti) => ports.isRevoked(canonical(of), jti),
    async issueAccountCredential({ subject, claims, expiresAt, jti }) {
      const jwt = await issuer.issueAccount({
        ...{ subject: canonical(subject), expiresAt, jti },
        claims: claims as unknown as ClaimsOf<'AccountCredential'>,
      })
      return { jwt, hash: credentialHashOf(jwt) }
    },
    issueReceiptCredential: ({ subject, ...it }) => issuer.issueReceipt({ subject: canonical(subject), ...it }),
    accountOnChain: accountOn,
  }
}
