import { ok, refuse } from '@opem/domain'
import type { Expected, Presentation, Verified, VerifiedCredential, VerifierPorts } from '../verifier/types.ts'
import { profileOf } from './profile.ts'
import { type SdJwtPorts, verifySdJwtPresentation } from './verify-sd-jwt-presentation.ts'

/**
 * The verifier's port for presentations of OpenID4VP wallets: exactly the types that were asked for, one of each, all
 * bound to one key. The operation is not in the presentation: it is bound to the challenge, which is the nonce.
 */
export const createOpenid4vpVerifier =
  (ports: SdJwtPorts): NonNullable<VerifierPorts['openid4vp']> =>
  (vpToken, expected) =>
    verifyVpToken(vpToken, expected, ports)

async function verifyVpToken(
  vpToken: Readonly<Record<string, readonly string[]>>,
  expected: Expected,
  ports: SdJwtPorts,
): Promise<Verified<Presentation>> {
  const answers = Object.entries(vpToken).map(([id, presentations]) => ({ profile: profileOf(id), presentations }))
  const given = answers.map(({ profile }) => profile?.type)
  const isAsked = given.length === expected.types.length && expected.types.every((type) => given.includes(type))
  if (!isAsked) return refuse('ERR_VP_TYPES', `The wallet was asked for exactly ${expected.types.join(' and ')}.`)

  const credentials: VerifiedCredential[] = []
  for (const { profile, presentations } of answers) {
    const [presentation] = presentations
    if (!profile || presentation === undefined || presentations.length !== 1) {
      return refuse('ERR_VP_SHAPE', 'Each credential that was asked for needs exactly one presentation.')
    }
    const verified = await verifySdJwtPresentation(presentation, profile, expected, ports)
    if (!verified.ok) return verified
    credentials.push(verified.value)
  }
  const [first] = credentials
  if (!first || credentials.some(({ subject }) => subject !== first.subject)) {
    return refuse('ERR_VP_HOLDER', 'The credentials are bound to different keys: present those of one holder.')
  }
  return ok({ holder: first.subject, credentials })
}
