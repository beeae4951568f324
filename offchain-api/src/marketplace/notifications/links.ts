import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DeriveSecret } from './own-key.ts'

/** Whose letters: an account, and the person who reads for it. */
export interface Reader {
  readonly account: string
  readonly did: string
}

/** Links in letters prove themselves: whoever holds one got the letter. They are signed, not stored. */
export interface Links {
  /** Confirms the address that was asked about at that second. */
  confirm(reader: Reader, address: string, askedAt: number): Promise<string>
  readConfirm(token: string): Promise<(Reader & { askedAt: number; matches(address: string): boolean }) | undefined>
  /** Ends letters of one kind, or all of them (`all`). */
  stop(reader: Reader, kind: string): Promise<string>
  readStop(token: string): Promise<(Reader & { kind: string }) | undefined>
}

export function createLinks(derive: DeriveSecret): Links {
  const sign = async (purpose: string, parts: readonly unknown[], hidden = '') =>
    createHmac('sha256', await derive(purpose))
      .update(JSON.stringify([...parts, hidden]))
      .digest()
  const write = (parts: readonly unknown[], mac: Buffer) =>
    `${Buffer.from(JSON.stringify(parts)).toString('base64url')}.${mac.toString('base64url')}`
  return {
    confirm: async ({ account, did }, address, askedAt) => {
      const parts = [account, did, askedAt]
      return write(parts, await sign('confirm', parts, address))
    },
    async readConfirm(token) {
      const read = split(token, 3)
      if (!read) return undefined
      const key = await derive('confirm')
      const [account, did, askedAt] = read.parts as [string, string, number]
      const matches = (address: string) =>
        equal(
          read.mac,
          createHmac('sha256', key)
            .update(JSON.stringify([...read.parts, address]))
            .digest(),
        )
      return { account, did, askedAt, matches }
    },
    stop: async ({ account, did }, kind) => {
      const parts = [account, did, kind]
      return write(parts, await sign('stop', parts))
    },
    async readStop(token) {
      const read = split(token, 3)
      if (!read || !equal(read.mac, await sign('stop', read.parts))) return undefined
      const [account, did, kind] = read.parts as [string, string, string]
      return { account, did, kind }
    },
  }
}

const equal = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)

function split(token: string, length: number): { parts: unknown[]; mac: Buffer } | undefined {
  const [body, mac] = token.split('.')
  try {
    const parts: unknown = JSON.parse(Buffer.from(body ?? '', 'base64url').toString('utf8'))
    if (!Array.isArray(parts) || parts.length !== length || mac === undefined) return undefined
    return { parts, mac: Buffer.from(mac, 'base64url') }
  } catch {
    return undefined
  }
}
