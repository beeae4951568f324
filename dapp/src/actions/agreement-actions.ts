import { agreementRegistryAbi } from '@opem/contracts'
import { type AgreementTermsJson, type Hex, parseAgreementTerms } from '@opem/domain'
import type { BusinessAction } from './action.ts'

type Signatures = { consumer: Hex; provider: Hex }

/** Brings what both sides have signed to the chain; anybody may. */
export const concludeAgreement = {
  title: 'Conclude the agreement',
  describe: () => [['Then', 'Both signatures are on the chain, and the agreement is concluded.']],
  prepare: ({ contract, terms, signatures }) => ({
    address: contract,
    abi: agreementRegistryAbi,
    functionName: 'conclude',
    args: [parseAgreementTerms(terms), signatures.consumer, signatures.provider],
  }),
} satisfies BusinessAction<{ contract: Hex; terms: AgreementTermsJson; signatures: Signatures }>

/** One side ends the agreement; it is in force for the rest of its notice. */
export const terminateAgreement = {
  title: 'End the agreement',
  describe: () => [['Then', 'The agreement ends when its notice is over. This cannot be taken back.']],
  prepare: ({ contract, terms, asProvider, reason }) => ({
    address: contract,
    abi: agreementRegistryAbi,
    functionName: 'terminate',
    args: [parseAgreementTerms(terms), asProvider, reason],
  }),
} satisfies BusinessAction<{ contract: Hex; terms: AgreementTermsJson; asProvider: boolean; reason: Hex }>

/** Brings a later end that both have signed to the chain. */
export const extendAgreement = {
  title: 'Extend the agreement',
  describe: () => [['Then', 'The later end is on the chain.']],
  prepare: ({ contract, terms, end, deadline, signatures }) => ({
    address: contract,
    abi: agreementRegistryAbi,
    functionName: 'extend',
    args: [parseAgreementTerms(terms), end, BigInt(deadline), signatures.consumer, signatures.provider],
  }),
} satisfies BusinessAction<{
  contract: Hex
  terms: AgreementTermsJson
  end: number
  deadline: number
  signatures: Signatures
}>
