import { agreementRegistryAbi } from '@opem/contracts'
import { type Hex, parseAgreementTerms } from '@opem/domain'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import type { ShownAgreement, SigningParty } from './party.ts'

/** Brings what both sides have signed to the chain. @returns the transaction */
export async function concludeOnChain(
  { instance, key, agreements }: SigningParty,
  { terms, signatures }: Pick<ShownAgreement, 'terms' | 'signatures'>,
): Promise<Hex> {
  if (signatures === null) throw refusal('ERR_NOT_SIGNED', 'Both sides sign before an agreement is concluded.')
  const args = [parseAgreementTerms(terms), signatures.consumer, signatures.provider] as const
  const receipt = await send(instance.chain, key, call(agreements, agreementRegistryAbi, 'conclude', args))
  return receipt.transactionHash
}

/** Ends an agreement for one side. */
export async function terminateOnChain(
  { instance, key, agreements }: SigningParty,
  { terms, side }: Pick<ShownAgreement, 'terms' | 'side'>,
  reason: Hex,
): Promise<Hex> {
  const args = [parseAgreementTerms(terms), side === 'provider', reason] as const
  const receipt = await send(instance.chain, key, call(agreements, agreementRegistryAbi, 'terminate', args))
  return receipt.transactionHash
}

/** Brings a later end that both have signed to the chain. */
export async function extendOnChain(
  { instance, key, agreements }: SigningParty,
  { terms, extension }: Pick<ShownAgreement, 'terms' | 'extension'>,
): Promise<Hex> {
  if (!extension?.signatures) throw refusal('ERR_NOT_SIGNED', 'Both sides sign a later end before the chain has it.')
  const { end, deadline, signatures } = extension
  const args = [parseAgreementTerms(terms), end, BigInt(deadline), signatures.consumer, signatures.provider] as const
  const receipt = await send(instance.chain, key, call(agreements, agreementRegistryAbi, 'extend', args))
  return receipt.transactionHash
}
