import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from '@opem/domain'
import { z } from 'zod'
import { Refusal } from '../../unified-api/problem.ts'

/** How long a link opens the door, at most. Seconds. */
export const LINK_SECONDS = 600
export const MOST_USES = 10

/** What a link is for; signed, so that nobody changes it. */
export interface DataLink {
  readonly id: string
  readonly agreement: string
  readonly account: string
  /** sha2-256 of what was asked, as hex. */
  readonly asked: string
  /** First second in which it opens nothing any more. */
  readonly expires: number
}

const content = z.strictObject({
  id: z.string().max(64),
  agreement: z.string().max(66),
  account: z.string().max(66),
  asked: z.string().max(64),
  expires: z.number().int(),
})

const seal = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The token of a link: what it says, and the seal of this marketplace under it. */
export function signLink(key: Uint8Array, link: DataLink): string {
  const text = Buffer.from(canonicalJson(link)).toString('base64url')
  return `${text}.${seal(key, text).toString('base64url')}`
}

/** @throws Refusal ERR_LINK_ALTERED, ERR_LINK_EXPIRED */
export function openLink(key: Uint8Array, token: string, now: number): DataLink {
  const [text = '', mac = ''] = token.split('.')
  const given = Buffer.from(mac, 'base64url')
  const needed = seal(key, text)
  if (given.length !== needed.length || !timingSafeEqual(given, needed))
    throw new Refusal(404, 'ERR_LINK_ALTERED', 'this link is not as the marketplace made it; ask for a new one')
  const link = content.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  if (link.expires <= now)
    throw new Refusal(410, 'ERR_LINK_EXPIRED', 'a link to download lasts ten minutes at most; ask for a new one')
  return link
}
