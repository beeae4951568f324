import { OpemError } from '@opem/domain'
import type { Receipt } from '../api/access.ts'
import { confirmReceipt } from '../api/access.ts'
import type { Holder } from '../presentation/present.ts'
import { usePresent } from '../presentation/use-present.ts'
import { decodeCredential } from './decode.ts'
import { keepCredential } from './use-kept.ts'

/**
 * Keeps a version of the Account credential in this browser, then signs that it has arrived: from then on it is in force, and the
 * marketplace's Receipt credential is kept beside it.
 * @throws ERR_ANSWER_SHAPE when it is no credential
 */
export function useReceipt(holder: Holder) {
  const present = usePresent()
  return async (jwt: string, receipt?: Receipt) => {
    const decoded = decodeCredential(jwt)
    if (!decoded.ok)
      throw new OpemError({
        code: 'ERR_ANSWER_SHAPE',
        shortMessage: `The marketplace's answer holds no credential: ${decoded.reason}`,
      })
    keepCredential(holder.address, decoded.value)
    // The challenge that came along may have run out while somebody read: then a fresh one is asked.
    const given = receipt !== undefined && receipt.expiresAt > Date.now() / 1000 + 5 ? receipt : undefined
    const confirmed = await confirmReceipt(await present('receipt', holder, [decoded.value], given))
    const kept = confirmed.receipt === undefined ? undefined : decodeCredential(confirmed.receipt)
    if (kept?.ok) keepCredential(holder.address, kept.value)
    return decoded.value
  }
}
