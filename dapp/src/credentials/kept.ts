import { z } from 'zod'
import type { Credential } from './decode.ts'
import { decodeCredential } from './decode.ts'

const Kept = z.array(z.string()).max(256)

/** What a browser's storage held for a wallet; what cannot be read any more is left out. */
export function parseKept(text: string | null): Credential[] {
  if (text === null) return []
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return []
  }
  const kept = Kept.safeParse(raw)
  if (!kept.success) return []
  return kept.data.flatMap((jwt) => {
    const decoded = decodeCredential(jwt)
    return decoded.ok ? [decoded.value] : []
  })
}

/** With one more; the same credential twice is kept once, also when its signature was written differently. */
export const withCredential = (kept: readonly Credential[], next: Credential): Credential[] => [
  ...kept.filter((one) => one.hash !== next.hash),
  next,
]

export const writeKept = (kept: readonly Credential[]): string => JSON.stringify(kept.map(({ jwt }) => jwt))
