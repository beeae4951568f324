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
  const state = file.read() ?? { privateKeys: {}, keys: {}, dids: {} }
  const put = <T>(into: Record<string, T>, name: string, value: T): T => {
    into[name] = value
    file.write(state)
    return value
  }
  const drop = (from: Record<string, unknown>, name: string): boolean => {
    delete from[name]
    file.write(state)
    return true
  }

  class PrivateKeys extends AbstractPrivateKeyStore {
    override importKey = async ({ alias, ...key }: ImportablePrivateKey) =>
      put(state.privateKeys, found(alias, 'the name of a new key'), { ...key, alias: alias as string })
    override getKey = async ({ alias }: { alias: string }) => found(state.privateKeys[alias], `key ${alias}`)
    override deleteKey = async ({ alias }: { alias: string }) => drop(state.privateKeys, alias)
    override listKeys = async () => Object.values(state.privateKeys)
  }

  class Keys extends AbstractKeyStore {
    override importKey = async ({ privateKeyHex: _, ...key }: Partial<IKey>) => {
      put(state.keys, found(key.kid, 'the name of a new key'), key as IKey)
      return true
    }
    override getKey = async ({ kid }: { kid: string }) => found(state.keys[kid], `key ${kid}`)
    override deleteKey = async ({ kid }: { kid: string }) => drop(state.keys, kid)
    override listKeys = async (): Promise<ManagedKeyInfo[]> => Object.values(state.keys)
  }

  class Dids extends AbstractDIDStore {
    override importDID = async (identifier: IIdentifier) => {
      put(state.dids, identifier.did, identifier)
      return true
    }
    override getDID = async ({ did, alias }: { did?: string; alias?: string }) =>
      found(
        Object.values(state.dids).find((known) => known.did === did || (alias !== undefined && known.alias === alias)),
        `DID ${did ?? alias}`,
      )
    override deleteDID = async ({ did }: { did: string }) => drop(state.dids, did)
    override listDIDs = async () => Object.values(state.dids)
  }

  return { privateKeys: new PrivateKeys(), keys: new Keys(), dids: new Dids() }
}
