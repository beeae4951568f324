import type { Hex, Operation } from '@opem/domain'
import { OpemError, presentationTypedData } from '@opem/domain'
import type { Credential } from '../credentials/decode.ts'
import { sameDid } from '../credentials/did.ts'
import type { Eip712Proof } from './proof.ts'

/** What a presentation answers: a challenge of this marketplace, for one operation. */
export type Asked = { operation: string; challenge: Hex; audience: string; chainId: number; expiresAt: number }

/** The verifier takes no presentation that is good for longer, seconds. */
const LONGEST = 300

export type Holder = { did: string; address: Hex }

/** The typed data that the wallet shows and signs; it is good for one answer and for minutes. */
export const presentationToSign = (
  asked: Asked,
  { address }: Holder,
  credentials: readonly Credential[],
  expires: number,
) =>
  presentationTypedData({
    chainId: asked.chainId,
    operation: asked.operation as Operation,
    holder: address.toLowerCase() as Hex,
    challenge: asked.challenge,
    audience: asked.audience,
    credentials: credentials.map(({ hash }) => hash),
    expires,
  })

/**
 * Signs a presentation. Refuses before the wallet is asked: ERR_CHALLENGE_EXPIRED when the challenge ran out,
 * ERR_CHAIN when the marketplace names another chain than the page, ERR_OPERATION when the challenge is for another purpose.
 */
export async function present(
  asked: Asked,
  holder: Holder,
  credentials: readonly Credential[],
  expected: { operation: Operation; chainId: number; now: number },
  sign: (typedData: ReturnType<typeof presentationToSign>) => Promise<Hex>,
): Promise<Eip712Proof> {
  const refusal = refusalOf(asked, holder, credentials, expected)
  if (refusal !== undefined) throw new OpemError({ ...refusal, retryable: false })
  const expires = Math.min(asked.expiresAt, expected.now + LONGEST)
  return {
    kind: 'eip712',
    holder: holder.did,
    challenge: asked.challenge,
    expires,
    credentials: credentials.map(({ jwt }) => jwt),
    signature: await sign(presentationToSign(asked, holder, credentials, expires)),
  }
}

function refusalOf(
  asked: Asked,
  holder: Holder,
  credentials: readonly Credential[],
  { operation, chainId, now }: { operation: Operation; chainId: number; now: number },
): { code: string; shortMessage: string } | undefined {
  if (asked.operation !== operation)
    return {
      code: 'ERR_OPERATION',
      shortMessage: `The marketplace asked for a signature to “${asked.operation}”, but you meant “${operation}”. Nothing was signed.`,
    }
  if (asked.chainId !== chainId)
    return {
      code: 'ERR_CHAIN',
      shortMessage: `The marketplace asked for a signature on chain ${asked.chainId}, but this page is on chain ${chainId}. Nothing was signed.`,
    }
  if (asked.expiresAt <= now)
    return {
      code: 'ERR_CHALLENGE_EXPIRED',
      shortMessage: 'The marketplace’s question ran out before it was signed. Try again: a new one is asked.',
    }
  if (!credentials.some((one) => sameDid(one.subject, holder.did)))
    return {
      code: 'ERR_HOLDER',
      shortMessage: `None of these credentials was issued to the connected wallet (${holder.address}). Connect the wallet they were issued to.`,
    }
  return undefined
}
