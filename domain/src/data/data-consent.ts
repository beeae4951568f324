import type { Hex } from '../commitment/bytes.ts'
import { field } from '../marketplace/typed-data.ts'

/** What the subject of a meter allows: its readings in one data set, under its terms, for some purposes, until an instant. */
export interface DataConsent {
  /** The data set: id of its listing. */
  readonly dataSet: Hex
  readonly meter: string
  /** Names of DATA_PURPOSES, in the order of that table. */
  readonly purposes: readonly string[]
  /** Digest of the data set's terms (`consentTerms`): which readings, and how they may be used. */
  readonly terms: Hex
  /** `pseudonymous`: each meter by itself under an invented name; `aggregate`: in sums of several subjects alone. */
  readonly form: string
  /** First second in which it counts no more, since 1970. */
  readonly until: number
  /** Random, so that one consent is never taken for another. */
  readonly salt: bigint
}

/**
 * EIP-712 typed data of a consent, which the wallet of the meter's holder signs. It never goes on chain; the registry of
 * listings stands in the domain because the data set is one of its listings.
 */
export const dataConsentTypedData = ({
  chainId,
  listings,
  consent,
}: {
  readonly chainId: number | bigint
  readonly listings: Hex
  readonly consent: DataConsent
}) =>
  ({
    domain: { name: 'OPEM Data', version: '1', chainId: Number(chainId), verifyingContract: listings },
    types: {
      DataConsent: [
        field('dataSet', 'bytes32'),
        field('meter', 'string'),
        field('purposes', 'string[]'),
        field('form', 'string'),
        field('terms', 'bytes32'),
        field('until', 'uint40'),
        field('salt', 'uint64'),
      ],
    },
    primaryType: 'DataConsent',
    message: { ...consent },
  }) as const
