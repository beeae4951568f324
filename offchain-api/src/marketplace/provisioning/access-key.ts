import { createHash, randomBytes } from 'node:crypto'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** How an access key begins: whoever finds one in a file knows what it is. */
export const KEY_PREFIX = 'opem_key_'
const FORM = /^opem_key_[A-Za-z0-9_-]{43}$/

export const isAccessKey = (text: string): boolean => FORM.test(text)

export const hashOfKey = (key: string): string => createHash('sha256').update(key).digest('hex')

/**
 * A new access key for the service under an agreement; the one before counts no more. It is shown once: the hash alone is kept.
 * @throws Refusal ERR_INSTANCE_STATE
 */
export async function makeAccessKey(rows: Rows, agreement: string, now: number): Promise<string> {
  const key = `${KEY_PREFIX}${randomBytes(32).toString('base64url')}`
  const made = await rows(
    `UPDATE market_instances SET key_hash = $2, key_made_at = $3
     WHERE agreement = $1 AND state IN ('ready', 'running', 'stopped') RETURNING agreement`,
    [agreement, hashOfKey(key), now],
  )
  if (made.length === 0)
    throw new Refusal(409, 'ERR_INSTANCE_STATE', 'an access key is made when the service is ready, running or stopped')
  return key
}

/** The agreement that a key opens. */
export const agreementOfKey = async (rows: Rows, key: string): Promise<string | undefined> =>
  (await rows<{ agreement: string }>('SELECT agreement FROM market_instances WHERE key_hash = $1', [hashOfKey(key)]))[0]
    ?.agreement
