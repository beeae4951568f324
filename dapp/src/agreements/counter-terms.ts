import { type AgreementDocument, type AgreementTermsJson, contentDigest, type Hex } from '@opem/domain'
import { sha256 } from 'viem'

/** What somebody wrote into the form of other terms. */
export interface CounterDraft {
  readonly price: string
  readonly noticeDays: string
  /** `2026-12-01`; empty: no end. */
  readonly end: string
  readonly besides: string
}

const DAY = 86_400
const WEEK = 7 * DAY

export const draftOf = (terms: AgreementTermsJson, { besides }: AgreementDocument): CounterDraft => ({
  price: eurText(terms.price),
  noticeDays: String(terms.notice / DAY),
  end: terms.end === 0 ? '' : new Date(terms.end * 1000).toISOString().slice(0, 10),
  besides,
})

/** @example eurText('15000') // '0.015' */
export const eurText = (micro: string): string => {
  const digits = micro.padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/0{1,4}$/, '')
}

/** µEUR of what was typed as EUR; undefined when it is none. @example microOf('0.015') // 15_000n */
export function microOf(text: string): bigint | undefined {
  const found = /^(\d{1,12})(?:[.,](\d{1,6}))?$/.exec(text.trim())
  return found ? BigInt(found[1]!) * 1_000_000n + BigInt((found[2] ?? '').padEnd(6, '0')) : undefined
}

type Problem = Partial<Record<keyof CounterDraft, string>>

export function problemsOf(draft: CounterDraft, plan: number): Problem {
  const price = microOf(draft.price)
  return {
    ...(price === undefined ? { price: 'Write euros, such as 12.50.' } : {}),
    ...(price !== undefined && (plan === 0) !== (price === 0n)
      ? { price: plan === 0 ? 'A free plan has no price.' : 'This plan has a price.' }
      : {}),
    ...(/^\d{1,4}$/.test(draft.noticeDays.trim()) ? {} : { noticeDays: 'Write whole days, such as 30.' }),
  }
}

/**
 * Other terms in answer to an offer: a new document with its digest, a new salt, a week to sign. Pure; the caller brings the
 * time and the salt.
 */
export function counterTerms(
  terms: AgreementTermsJson,
  document: AgreementDocument,
  draft: CounterDraft,
  { now, salt }: { now: number; salt: bigint },
): { terms: AgreementTermsJson; document: AgreementDocument } {
  const said: AgreementDocument = { ...document, besides: draft.besides.trim() }
  return {
    document: said,
    terms: {
      ...terms,
      price: microOf(draft.price)!.toString(),
      notice: Number(draft.noticeDays) * DAY,
      end: draft.end === '' ? 0 : Date.parse(`${draft.end}T00:00:00Z`) / 1000,
      terms: contentDigest(said, sha256) as Hex,
      salt: salt.toString(),
      deadline: String(now + WEEK),
    },
  }
}
