import { hash } from 'node:crypto'
import type { Hex } from '@opem/domain'
import { createTokenKeys, issueAccessToken, openAccessToken, publicKeySet, type TokenKeys } from '@opem/ssi/token'
import type { Tokens } from '../access.ts'

const LOOK_AGAIN_SECONDS = 60
// A name may have 200 characters of four bytes each, and stands in a token several times.
const NAME_BYTES = 80

/** As much of a name as a token has room for; the session says it in full. */
function clipped(name: string): string {
  let kept = ''
  for (const character of name) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > NAME_BYTES) break
    kept += character
  }
  return kept
}
const MOST_REMEMBERED = 10_000

/** Access tokens with the keys of `folder`, which are rotated while they are used. */
export function createTokens({
  folder,
  marketplace,
  now,
}: {
  readonly folder: string
  readonly marketplace: string
  readonly now: () => number
}): Tokens {
  /** Tokens that these keys opened, by their hash, with when they end: opening costs more than all else of a read. */
  type Opened = Map<string, { readonly sid: string; readonly exp: number }>
  let known: { readonly keys: Promise<TokenKeys>; readonly at: number; readonly opened: Opened } | undefined
  const current = () => {
    if (!known || now() - known.at > LOOK_AGAIN_SECONDS) {
      const read = { keys: createTokenKeys(folder, now()), at: now(), opened: new Map() as Opened }
      read.keys.catch(() => {
        if (known === read) known = undefined
      })
      known = read
    }
    return known
  }
  const keys = () => current().keys
  return {
    async issue(claims, at) {
      const { sub, sid, accountVersion, roles, account, authTime } = claims
      const { role, name, organisation } = claims.profile
      const profile = { role, name: clipped(name), organisation: organisation === null ? null : clipped(organisation) }
      const { token } = await issueAccessToken(
        {
          ...{ iss: marketplace, aud: marketplace, sub, sid, accountVersion, auth_time: authTime },
          ...{ account: account as Hex, roles: [...roles], profile },
          charging: { accountName: profile.organisation ?? profile.name, accountNum: account },
          contracts: claims.contracts,
        },
        await keys(),
        at,
      )
      return token
    },
    async sessionOf(token, at) {
      const { keys: ours, opened: remembered } = current()
      const name = hash('sha256', token, 'base64')
      const before = remembered.get(name)
      if (before && at < before.exp) return before.sid
      const opened = await openAccessToken(token, await ours, { issuer: marketplace, audience: marketplace, now: at })
      if (!opened.ok) return undefined
      const { sid, exp } = opened.value
      if (remembered.size >= MOST_REMEMBERED) remembered.clear()
      remembered.set(name, { sid, exp })
      return sid
    },
    keySet: async () => publicKeySet(await keys()),
  }
}
