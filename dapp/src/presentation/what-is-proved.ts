import type { Operation } from '@opem/domain'
import { claimsOf, TYPE_NAMES, titleOf } from '../credentials/claims.ts'
import type { Credential } from '../credentials/decode.ts'

/** What a signature is for, as the end of the sentence “You sign in order to …”. */
const PURPOSES: Record<Operation, string> = {
  'sign-in': 'sign in, once',
  'register-citizen': 'open an account for yourself',
  'register-company': 'open an account for your company',
  receipt: 'confirm that you received your Account credential',
  'authorise-meter': 'let a community use the readings of your meter',
  contract: 'confirm a change of your contracts',
  reissue: 'be issued your Account credential again',
}

export type Proved = {
  /** The whole in one sentence. */
  sentence: string
  /** Every claim that will be shown, credential by credential. */
  credentials: readonly { title: string; issuer: string; claims: readonly (readonly [string, string])[] }[]
}

/** In plain words, before anything is signed: what is shown to whom, and what for. */
export function whatIsProved(operation: Operation, credentials: readonly Credential[], verifier: string): Proved {
  const count = credentials.length === 1 ? 'this credential' : `these ${credentials.length} credentials`
  return {
    sentence: `You show ${count} to ${verifier}, and nobody else, to ${PURPOSES[operation]}. Your wallet’s signature proves that you are its holder; it moves no money and cannot be used for anything else.`,
    credentials: credentials.map((one) => ({
      title: `${TYPE_NAMES[one.type]}: ${titleOf(one)}`,
      issuer: one.issuer,
      claims: claimsOf(one),
    })),
  }
}
