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
  let known: { readonly keys: Promise<TokenKeys>; readonly at: number } | undefined
  const keys = () => {
    if (!known || now() - known.at > LOOK_AGAIN_SECONDS) {
      const opened = { keys: createTokenKeys(folder, now()), at: now() }
      opened.keys.catch(() => {
        if (known === opened) known = undefined
      })
      known = opened
    }
    return known.keys
  }
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
      const opened = await openAccessToken(token, await keys(), { issuer: marketplace, audience: marketplace, now: at })
      return opened.ok ? opened.value.sid : undefined
    },
    keySet: async () => publicKeySet(await keys()),
  }
}
