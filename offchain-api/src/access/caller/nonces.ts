import type { OperationalStore } from '../../operational/store.ts'

let swept = 0

/** Remembers a signature's nonce for as long as it could come again, in all processes. @returns whether it came before */
export async function useNonce(
  store: OperationalStore,
  { keyid, nonce, expires }: { keyid: string; nonce: string; expires: number },
  now: number,
): Promise<boolean> {
  if (now - swept > 60) {
    swept = now
    await store.rows('DELETE FROM signature_nonces WHERE expires_at < $1', [now - 60])
  }
  const kept = await store.rows(
    'INSERT INTO signature_nonces (key_id, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING nonce',
    [keyid, nonce, expires],
  )
  return kept.length === 0
}
