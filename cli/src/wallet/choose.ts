import type { Holder } from '@opem/ssi/wallet'
import { refusal } from '../failure.ts'

/** The credential to present: the named one, or the only accepted one of the first type that the wallet holds. */
export async function choose(holder: Holder, types: readonly string[], id: string | undefined) {
  if (id !== undefined) return holder.credentials.find(id)
  const now = Date.now() / 1000
  const held = (await holder.credentials.list()).filter(
    ({ status, expiresAt }) => status === 'accepted' && expiresAt > now,
  )
  for (const type of types) {
    const found = held.filter((credential) => credential.type === type)
    const newest = type === 'AccountCredential' ? found.sort((a, b) => b.issuedAt - a.issuedAt).slice(0, 1) : found
    if (newest.length > 1) {
      throw refusal(
        'ERR_CREDENTIAL_AMBIGUOUS',
        `The wallet holds ${newest.length} credentials of type ${type}: name one with --credential.`,
      )
    }
    if (newest[0]) return newest[0]
  }
  throw refusal(
    'ERR_CREDENTIAL_UNKNOWN',
    `The wallet holds no accepted ${types.join(' or ')}: opem wallet list shows what it holds.`,
  )
}
