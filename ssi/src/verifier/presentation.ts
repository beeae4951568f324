import { ok, refuse } from '@opem/domain'
import type { CredentialType } from '../credential/claims.ts'
import type { Did } from '../did/did.ts'
import { judgeCredential } from './credential.ts'
import { type Claimed, readEip712 } from './eip712.ts'
import { parseHolderProof } from './parse-proof.ts'
import { readCredential } from './read-credential.ts'
import type { Expected, HolderProof, Presentation, Verified, VerifiedCredential, VerifierPorts } from './types.ts'
import { readVpJwt } from './vp-jwt.ts'

/**
 * Verifies what a holder presented: that the holder itself answers this challenge, here and for this operation, with
 * exactly the credentials asked for, each about the holder and in force.
 *
 * Whether the chain's records let a credential through is said only to who proved to be its holder: all questions are
 * asked in any case, and the holder's own refusals come first.
 * @param proof a `HolderProof` as it came in; parsed here
 * @throws ERR_CHAIN_UNREACHABLE (retryable): an unreachable chain accepts nobody
 */
export async function verifyPresentation(
  proof: unknown,
  expected: Expected,
  ports: VerifierPorts,
): Promise<Verified<Presentation>> {
  const parsed = parseHolderProof(proof)
  if (!parsed.ok) return parsed
  if (parsed.value.kind === 'openid4vp') {
    if (ports.openid4vp) return ports.openid4vp(parsed.value.vpToken, expected)
    return refuse('ERR_VP_SHAPE', 'OpenID4VP presentations are not accepted here.')
  }
  const claimed = readProof(parsed.value, expected, ports)
  if (!claimed.ok) return claimed
  const { holder, credentials, checkSignature } = claimed.value

  const read = []
  for (const jwt of credentials) {
    const one = readCredential(jwt, ports.chainId)
    if (!one.ok) return one
    read.push(one.value)
  }
  const drafts = read.map(({ credential }) => credential)
  const [signature, ...judged] = await Promise.all([
    checkSignature(),
    ...read.map((one) => judgeCredential(one, expected.now, ports)),
  ])
  if (!signature.ok) return signature
  if (!isExactly(drafts, expected.types))
    return refuse('ERR_VP_TYPES', `The presentation needs exactly ${expected.types.join(' and ')}, each once.`)
  const stranger = drafts.find((credential) => !isHolders(credential, holder, drafts))
  if (stranger) return refuse('ERR_VP_HOLDER', `The ${stranger.type} is about somebody else than the holder ${holder}.`)
  return judged.find((one) => !one.ok) ?? ok({ holder, credentials: drafts })
}

function readProof(
  proof: Exclude<HolderProof, { kind: 'openid4vp' }>,
  expected: Expected,
  ports: VerifierPorts,
): Verified<Claimed> {
  switch (proof.kind) {
    case 'eip712':
      return readEip712(proof, expected, ports)
    case 'vp-jwt':
      return readVpJwt(proof.jwt, expected, ports)
    default:
      return proof satisfies never
  }
}

const isExactly = (credentials: readonly VerifiedCredential[], types: readonly CredentialType[]): boolean =>
  credentials.length === types.length &&
  new Set(credentials.map(({ type }) => type)).size === types.length &&
  credentials.every(({ type }) => types.includes(type))

/** A representative presents the company's account beside the credential that says whose representative it is. */
function isHolders(credential: VerifiedCredential, holder: Did, all: readonly VerifiedCredential[]): boolean {
  if (credential.type !== 'AccountCredential') return credential.subject === holder
  const representative = all.find(({ type }) => type === 'RepresentativeCredential')
  if (representative?.type !== 'RepresentativeCredential') return credential.subject === holder
  return credential.subject === representative.claims.company.did
}
