import type { RegistrationProgress } from '../api/access.ts'

/** Where a registration is, told honestly: nothing is called done before the marketplace says active. */
export type Standing = 'done' | 'now' | 'later' | 'failed'
export type Step = { title: string; text: string; standing: Standing }

export type Way = {
  kind: 'citizen' | 'company'
  status: RegistrationProgress['status']
  reason?: string | undefined
  /** Seconds since the registration was sent. */
  waited: number
}

/** A company's wallet that has not answered for so long needs somebody to look at it, seconds. */
const LONG = 30

/** The three steps pending → receipt → active. */
export function stepsOf({ kind, status, reason, waited }: Way): readonly Step[] {
  const failed = status !== 'pending' && status !== 'active'
  const active = status === 'active'
  return [
    {
      title: 'Pending',
      text: 'The marketplace checked what you showed and issued the Account credential, version 1.',
      standing: 'done',
    },
    {
      title: 'Receipt',
      text: active ? 'The receipt is signed.' : receiptText(kind, failed, reason, waited),
      standing: active ? 'done' : failed ? 'failed' : 'now',
    },
    {
      title: 'Active',
      text: active ? 'The account is active, on chain and here. Sign in with it.' : 'Then you can sign in.',
      standing: active ? 'done' : 'later',
    },
  ]
}

function receiptText(kind: Way['kind'], failed: boolean, reason: string | undefined, waited: number): string {
  if (failed) return reason ?? 'The receipt did not come in time. Register again.'
  if (kind === 'citizen') return 'Sign that you received the credential: only then does the account become active.'
  const why = reason === undefined ? '' : ` The last try ended so: ${reason}.`
  return waited < LONG
    ? `Your company’s wallet receives the credential and signs the receipt by itself. Waiting for it …${why}`
    : `Your company’s wallet has not answered for ${Math.floor(waited)} seconds.${why} Is it running, and can the marketplace reach its address? It is asked again until the registration runs out; you may leave this page open or come back.`
}
