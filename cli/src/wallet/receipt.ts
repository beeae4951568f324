import type { Holder } from '@opem/ssi/wallet'
import type { Access } from './access.ts'

/** The challenge that comes along with a credential. */
export interface AskedReceipt {
  readonly challenge: `0x${string}`
  readonly audience: string
}

/**
 * Keeps an Account credential in the holder's wallet and shows the marketplace that it has arrived.
 * @param asked left out, a challenge is asked for
 * @returns the credential's hash, and the account that is active with it
 */
export async function keepAndShow(
  holder: Holder,
  access: Access,
  jwt: string,
  asked?: AskedReceipt,
): Promise<{ hash: string; account: string }> {
  const { challenge, audience } = asked ?? (await access.challenge('receipt'))
  const { hash } = await holder.receive(jwt, audience, 'accepted')
  const receipt = await holder.present({ challenge, audience, operation: 'receipt', credentials: [hash] })
  const { account, receipt: given } = await access.post<{ account: string; receipt?: string }>('/v1/access/receipts', {
    presentation: { kind: 'vp-jwt', jwt: receipt },
  })
  if (given !== undefined) await holder.receive(given, audience, 'accepted')
  return { hash, account }
}
