import { useMemo, useSyncExternalStore } from 'react'
import type { Credential } from './decode.ts'
import { parseKept, withCredential, writeKept } from './kept.ts'

/**
 * Credentials lie in this browser only, a list for each wallet address: the marketplace keeps none of them. They are no
 * secrets (presenting one needs the wallet's signature), but they say who somebody is: who uses this browser can read them.
 */
const keyOf = (address: string) => `opem.credentials.${address.toLowerCase()}`

const listeners = new Set<() => void>()
const memory = new Map<string, string>()

/** Storage may be forbidden or full (private windows): credentials then last as long as the page. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null
  } catch {
    return memory.get(key) ?? null
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text)
    memory.delete(key)
  } catch {
    memory.set(key, text)
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** Keeps a credential for a wallet, also outside a component. */
export const keepCredential = (address: string, credential: Credential): void =>
  write(keyOf(address), writeKept(withCredential(parseKept(read(keyOf(address))), credential)))

export const removeCredential = (address: string, credential: Credential): void =>
  write(keyOf(address), writeKept(parseKept(read(keyOf(address))).filter(({ hash }) => hash !== credential.hash)))

/** The credentials that this browser keeps for a wallet. */
export function useKept(address: string | undefined): readonly Credential[] {
  const text = useSyncExternalStore(subscribe, () => (address === undefined ? null : read(keyOf(address))))
  return useMemo(() => parseKept(text), [text])
}
