import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import { OpemError } from '@opem/domain'
import { bytesToHex, type Hex, type LocalAccount } from 'viem'
import { addressOfDid, type Did } from '../did/index.ts'
import { AGREEMENT_ATTRIBUTE, COMPROMISED_ATTRIBUTE, changeDocument, type DocumentChange } from './did-document.ts'
import { type KeyMaterial, keysOf, newKeyMaterial, readKeys, writeKeys } from './keys.ts'
import type { WalletSecret } from './seal.ts'
import type { WalletChain } from './wallet-chain.ts'

/** `agreement` opens messages, `signing` owns the DID and signs credentials. */
export type RotatedKey = 'agreement' | 'signing'

export interface RotateOptions {
  readonly home: string
  readonly did: Did
  readonly secret: WalletSecret
  readonly chain: WalletChain
  readonly payer?: LocalAccount | undefined
}

/**
 * Replaces one key: the new one is on disk before the chain names it, so that an interrupted rotation is finished by
 * calling again. The DID stays. What the old signing key issued still verifies as of its time, unless it is declared
 * stolen.
 * @param stolen the old signing key is declared stolen: nothing that it ever signed counts any more
 */
export async function rotateKey(
  { home, did, secret, chain, payer }: RotateOptions,
  which: RotatedKey,
  stolen = false,
): Promise<Hex> {
  const old = await readKeys(home, secret)
  const folder = join(home, `next-${which}`)
  const fresh = await interrupted(folder, secret)
  const next: KeyMaterial = { ...old, [which]: (fresh ?? newKeyMaterial())[which] }
  if (!fresh) await writeKeys(folder, next, secret, 'over')
  const [before, after] = [keysOf(old), keysOf(next)]
  const identity = addressOfDid(did)!
  const change = (owner: LocalAccount, one: DocumentChange) => changeDocument(chain, owner, identity, one, payer)

  let hash: Hex
  if (which === 'agreement') {
    const value = (keys: typeof before) => bytesToHex(keys.agreement.publicKey)
    await change(before.account, { kind: 'setAttribute', name: AGREEMENT_ATTRIBUTE, value: value(after) })
    hash = await change(before.account, { kind: 'revokeAttribute', name: AGREEMENT_ATTRIBUTE, value: value(before) })
  } else {
    const owner = await chain.client.readContract({
      address: chain.addresses.EthereumDIDRegistry,
      abi: ethereumDidRegistryAbi,
      functionName: 'identityOwner',
      args: [identity],
    })
    hash = '0x'
    if (payer === undefined) await handOver(chain, before.account, after.account)
    if (owner !== after.account.address) {
      hash = await change(before.account, { kind: 'changeOwner', newOwner: after.account.address })
    }
    if (stolen) {
      const value = before.account.address
      hash = await change(after.account, { kind: 'setAttribute', name: COMPROMISED_ATTRIBUTE, value })
    }
  }
  await writeKeys(home, next, secret, 'over')
  await rm(folder, { recursive: true })
  return hash
}

/** The keys of a rotation that did not come to its end: the chain may name them already. */
const interrupted = (folder: string, secret: WalletSecret): Promise<KeyMaterial | undefined> =>
  readKeys(folder, secret).catch((error: unknown) => {
    if (error instanceof OpemError && error.code === 'ERR_WALLET_MISSING') return undefined
    throw error
  })

/** Gas that the old key still needs: one change of owner, generously. */
const KEPT_GAS = 200_000n

/** The new key will pay from now on: it gets the old one's ether, but for one last transaction. */
async function handOver(chain: WalletChain, from: LocalAccount, to: LocalAccount): Promise<void> {
  const [balance, { maxFeePerGas }] = await Promise.all([
    chain.client.getBalance({ address: from.address }),
    chain.client.estimateFeesPerGas(),
  ])
  const value = balance - KEPT_GAS * maxFeePerGas * 2n
  if (value > 0n) await chain.give(from, to.address, value)
}
