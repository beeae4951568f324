import type { IIdentifier, IKey, ManagedKeyInfo } from '@veramo/core'
import { AbstractDIDStore } from '@veramo/did-manager'
import {
  AbstractKeyStore,
  AbstractPrivateKeyStore,
  type ImportablePrivateKey,
  type ManagedPrivateKey,
} from '@veramo/key-manager'
import type { SealedFile } from './sealed-file.ts'

/** Everything an agent keeps: its keys, what Veramo knows of them, and its DIDs. */
export interface AgentState {
  privateKeys: Record<string, ManagedPrivateKey>
  keys: Record<string, IKey>
  dids: Record<string, IIdentifier>
}

const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`not_found: ${what}`)
  return value
}

/** Veramo's three stores over one sealed file, written at every change. */
export function openStores(file: SealedFile<AgentState>) {
  let kept: { readonly stamp: string; readonly state: AgentState } | undefined
  // Another process may have rotated a key: what it wrote counts, and is never written over.
  const state = (): AgentState => {
    const stamp = file.stamp()
    if (kept?.stamp !== stamp) kept = { stamp, state: file.read() ?? { privateKeys: {}, keys: {}, dids: {} } }
    return kept.state
  }
  const write = (now: AgentState): void => {
    file.write(now)
    kept = { stamp: file.stamp(), state: now }
  }
  const put = <K extends keyof AgentState>(into: K, name: string, value: AgentState[K][string]) => {
    const now = state()
    now[into][name] = value
    write(now)
    return value
  }
  const drop = (from: keyof AgentState, name: string): boolean => {
    const now = state()
    delete now[from][name]
    write(now)
    return true
  }

  class PrivateKeys extends AbstractPrivateKeyStore {
    override importKey = async ({ alias, ...key }: ImportablePrivateKey) =>
      put('privateKeys', found(alias, 'the name of a new key'), { ...key, alias: alias as string }) as ManagedPrivateKey
    override getKey = async ({ alias }: { alias: string }) => found(state().privateKeys[alias], `key ${alias}`)
    override deleteKey = async ({ alias }: { alias: string }) => drop('privateKeys', alias)
    override listKeys = async () => Object.values(state().privateKeys)
  }

  class Keys extends AbstractKeyStore {
    override importKey = async ({ privateKeyHex: _, ...key }: Partial<IKey>) => {
      put('keys', found(key.kid, 'the name of a new key'), key as IKey)
      return true
    }
    override getKey = async ({ kid }: { kid: string }) => found(state().keys[kid], `key ${kid}`)
    override deleteKey = async ({ kid }: { kid: string }) => drop('keys', kid)
    override listKeys = async (): Promise<ManagedKeyInfo[]> => Object.values(state().keys)
  }

  class Dids extends AbstractDIDStore {
    override importDID = async (identifier: IIdentifier) => {
      put('dids', identifier.did, identifier)
      return true
    }
    override getDID = async ({ did, alias }: { did?: string; alias?: string }) =>
      found(
        Object.values(state().dids).find(
          (known) => known.did === did || (alias !== undefined && known.alias === alias),
        ),
        `DID ${did ?? alias}`,
      )
    override deleteDID = async ({ did }: { did: string }) => drop('dids', did)
    override listDIDs = async () => Object.values(state().dids)
  }

  return { privateKeys: new PrivateKeys(), keys: new Keys(), dids: new Dids() }
}
