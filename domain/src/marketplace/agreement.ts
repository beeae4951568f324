import { type Hex, type Keccak256, toBytes, toHex, uintBytes } from '../commitment/bytes.ts'
import { domain, field } from './typed-data.ts'

/** AgreementState of the same, by its number. */
export const AGREEMENT_STATES = ['none', 'concluded', 'terminated'] as const
export type AgreementState = (typeof AGREEMENT_STATES)[number]

/** What provider and consumer sign (IAgreementRegistry.sol, `Agreement`), as viem takes the struct. */
export interface Agreement {
  readonly listing: Hex
  /** Of the listing's document, the one in force. */
  readonly version: number
  readonly provider: Hex
  readonly consumer: Hex
  /** sha2-256 of the agreement's document. */
  readonly terms: Hex
  /** Place in PRICE_PLAN_KINDS. */
  readonly plan: number
  /** Micro-EUR: the whole, of one interval, or of one unit of use. */
  readonly price: bigint
  /** Seconds between payments (subscription, bank), else 0. */
  readonly interval: number
  /** The marketplace's part, hundredths of a percent. */
  readonly feeBps: number
  /** First second in which it is in force, epoch seconds. */
  readonly start: number
  /** First second after it, epoch seconds; 0 when it is open. */
  readonly end: number
  /** Seconds between a termination and its effect. */
  readonly notice: number
  readonly salt: bigint
  /** Last instant at which it can be concluded, epoch seconds. */
  readonly deadline: bigint
}

const AGREEMENT = [
  field('listing', 'bytes32'),
  field('version', 'uint32'),
  field('provider', 'address'),
  field('consumer', 'address'),
  field('terms', 'bytes32'),
  field('plan', 'uint8'),
  field('price', 'uint96'),
  field('interval', 'uint32'),
  field('feeBps', 'uint16'),
  field('start', 'uint40'),
  field('end', 'uint40'),
  field('notice', 'uint32'),
  field('salt', 'uint64'),
  field('deadline', 'uint64'),
] as const

const AGREEMENT_TYPE = `Agreement(${AGREEMENT.map(({ name, type }) => `${type} ${name}`).join(',')})`

interface OnChain {
  readonly chainId: number | bigint
  /** Address of the AgreementRegistry. */
  readonly agreements: Hex
}

/** EIP-712 typed data of an agreement, which both parties sign; ready for viem's signTypedData. */
export const agreementTypedData = ({ chainId, agreements, agreement }: OnChain & { readonly agreement: Agreement }) =>
  ({
    domain: domain('OPEM Agreements', chainId, agreements),
    types: { Agreement: AGREEMENT },
    primaryType: 'Agreement',
    message: { ...agreement },
  }) as const

/** EIP-712 typed data of an extension, which both parties sign (IAgreementRegistry.sol, `extend`). */
export const extensionTypedData = ({
  chainId,
  agreements,
  extension,
}: OnChain & {
  /** `agreement`: its id; `end` and `deadline` in epoch seconds, end 0 to leave it open. */
  readonly extension: { readonly agreement: Hex; readonly end: number; readonly deadline: bigint }
}) =>
  ({
    domain: domain('OPEM Agreements', chainId, agreements),
    types: {
      Extension: [field('agreement', 'bytes32'), field('end', 'uint40'), field('deadline', 'uint64')],
    },
    primaryType: 'Extension',
    message: { ...extension },
  }) as const

/** One ABI word: ids from the left, numbers and addresses from the right. @throws ERR_RANGE, ERR_HEX */
function word(type: (typeof AGREEMENT)[number]['type'], value: Hex | number | bigint): Uint8Array {
  if (type === 'bytes32') return toBytes(value as Hex, 32)
  if (type === 'address') return Uint8Array.of(...new Uint8Array(12), ...toBytes(value as Hex, 20))
  const bits = Number(type.slice('uint'.length))
  return Uint8Array.of(...new Uint8Array(32 - bits / 8), ...uintBytes(value as number | bigint, bits / 8))
}

/**
 * The id of an agreement: its EIP-712 struct hash, as the chain computes it.
 * @param keccak keccak-256; with viem `(bytes) => keccak256(bytes, 'bytes')`
 * @throws ERR_RANGE when a number does not fit its field, ERR_HEX
 */
export function agreementId(keccak: Keccak256, agreement: Agreement): Hex {
  const words = AGREEMENT.map(({ name, type }) => word(type, agreement[name]))
  const typeHash = keccak(new TextEncoder().encode(AGREEMENT_TYPE))
  const bytes = new Uint8Array(32 * (1 + words.length))
  for (const [i, part] of [typeHash, ...words].entries()) bytes.set(part, 32 * i)
  return toHex(keccak(bytes))
}

/** The id of a payment under an agreement (IPayments.sol): keccak256(abi.encode(agreement, number)). */
export function paymentId(keccak: Keccak256, agreement: Hex, number: number): Hex {
  const bytes = new Uint8Array(64)
  bytes.set(toBytes(agreement, 32))
  bytes.set(uintBytes(number, 4), 60)
  return toHex(keccak(bytes))
}
