import { OpemError } from '@opem/domain'
import type { Session } from '../api/access.ts'
import { askSession, refreshSession } from '../api/access.ts'
import { renewedLately } from './timing.ts'

let going: Promise<Session | undefined> | undefined

/**
 * Renews the session; `undefined` when there is none any more. The refresh handle works once and its second use ends the
 * session, so this page renews once at a time, and the tabs of this browser one after another (Web Locks): who waited
 * finds the session fresh and leaves the handle alone.
 */
export function renewSession(why: 'refused' | 'in time'): Promise<Session | undefined> {
  going ??= exclusively(() => renew(why)).finally(() => {
    going = undefined
  })
  return going
}

const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request('opem.session', work) : work()

const RENEWED = 'opem.session.renewed'

async function renew(why: 'refused' | 'in time'): Promise<Session | undefined> {
  if (why === 'refused' || renewedLately(lastRenewal(), Date.now() / 1000)) {
    const current = await orNobody(askSession)
    if (current !== undefined) return current
  }
  const renewed = await orNobody(refreshSession)
  if (renewed !== undefined) noteRenewal()
  return renewed
}

/** A refusal is an answer: nobody is signed in. Silence is not: it is thrown. */
async function orNobody(ask: () => Promise<Session>): Promise<Session | undefined> {
  try {
    return await ask()
  } catch (error) {
    const status = error instanceof OpemError ? error.details?.status : undefined
    if (typeof status === 'number' && status >= 400 && status < 500) return undefined
    throw error
  }
}

function lastRenewal(): number | undefined {
  try {
    return Number(localStorage.getItem(RENEWED)) || undefined
  } catch {
    return undefined
  }
}

function noteRenewal(): void {
  try {
    localStorage.setItem(RENEWED, String(Math.floor(Date.now() / 1000)))
  } catch {
    // Without storage the tabs cannot spare each other a renewal; the lock still keeps them apart.
  }
}
