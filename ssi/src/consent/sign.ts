import { joinConsent, leaveConsent } from '@opem/domain'
import type { Hex, LocalAccount } from 'viem'

/** Only what signs typed data: a key file's wallet, a development wallet, a wallet in the cloud. */
export type ConsentSigner = Pick<LocalAccount, 'signTypedData'>

type TypedData = Parameters<LocalAccount['signTypedData']>[0]

/**
 * A member's own signature under joining a community: who, from when, with which metering points (EIP-712).
 * @returns the consent that the administrator hands to `EnergyCommunity.join`
 */
export const signJoin = (signer: ConsentSigner, terms: Parameters<typeof joinConsent>[0]): Promise<Hex> =>
  signer.signTypedData(joinConsent(terms) as TypedData)

/** A member's own signature under leaving at a period boundary (EIP-712). */
export const signLeave = (signer: ConsentSigner, terms: Parameters<typeof leaveConsent>[0]): Promise<Hex> =>
  signer.signTypedData(leaveConsent(terms) as TypedData)
