import type { Hex } from '../commitment/bytes.ts'
import type { OdrlPolicy } from '../data/odrl.ts'
import type { Agreement } from '../marketplace/agreement.ts'

/** Who is a side of an agreement, as its document says it; on chain stands the address alone. */
export interface AgreementParty {
  readonly did: string
  readonly name: string
}

/** What the consumer chose. `value` is text, as it stands in the document: a number `24`, a date `2026-12-01`. */
export interface ChosenParameter {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly unit?: string
}

/** Data of a data set that the consumer lets the provider use: their own, or one that they have contracted. */
export interface AgreedSource {
  readonly kind: 'data-set' | 'data-agreement'
  /** The listing of the own data set, or the agreement about the data. */
  readonly id: Hex
  readonly title: string
  /** Who provides the data. */
  readonly provider: string
  /** How they may be used: the provider of the service keeps to it too. */
  readonly policy: OdrlPolicy
}

/** Data that the provider may use for the service, and the meter or data set they come from; neither: the consumer hands it over. */
export interface AgreedData {
  readonly name: string
  readonly template: string
  readonly granularity?: string
  readonly unit?: string
  readonly meter?: string
  readonly from?: AgreedSource
}

/**
 * What two parties agree on, word by word: the document behind `terms` of an agreement on chain, as canonical JSON
 * (RFC 8785). The parties alone can fetch it.
 */
export interface AgreementDocument {
  readonly schema: 'opem/agreement/1'
  readonly listing: Hex
  readonly version: number
  /** Digest of the listing's document at that version. */
  readonly content: Hex
  readonly title: string
  readonly kind: string
  readonly provider: AgreementParty
  readonly consumer: AgreementParty
  readonly plan: { readonly id: string; readonly kind: string; readonly unit?: string }
  readonly parameters: readonly ChosenParameter[]
  readonly data: readonly AgreedData[]
  /** The contract's text and the terms of use, as the listing has them. */
  readonly text: string
  readonly terms: { readonly text: string; readonly url?: string }
  /** What the two agreed on besides; empty: nothing. */
  readonly besides: string
  /** Of a data set: the ODRL Agreement between the two, as JSON-LD. */
  readonly policy?: OdrlPolicy
  /** 32 random bytes: whoever sees the digest on chain cannot guess what is behind it. */
  readonly blind: Hex
}

/** An agreement as the contract has it; its JSON and its words stand in this room. */
export type AgreementTerms = Agreement

/** The same as JSON: money and 64-bit numbers are decimal strings. */
export type AgreementTermsJson = {
  readonly [K in keyof AgreementTerms]: AgreementTerms[K] extends bigint ? string : AgreementTerms[K]
}

export const formatAgreementTerms = (terms: AgreementTerms): AgreementTermsJson => ({
  ...terms,
  price: terms.price.toString(),
  salt: terms.salt.toString(),
  deadline: terms.deadline.toString(),
})

export const parseAgreementTerms = (json: AgreementTermsJson): AgreementTerms => ({
  ...json,
  price: BigInt(json.price),
  salt: BigInt(json.salt),
  deadline: BigInt(json.deadline),
})
