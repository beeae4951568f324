import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { bytesToHex, hexToBytes, type PrivateKeyAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { type AgreementKey, agreementKeyOf, createAgreementKey } from '../didcomm/index.ts'
import { readPrivate, writePrivate } from './files.ts'
import { openText, SealedText, sealText, type WalletSecret } from './seal.ts'

/** A company's private keys: secp256k1 signs credentials and transactions, X25519 opens messages. */
export interface WalletKeys {
  readonly account: PrivateKeyAccount
  readonly agreement: AgreementKey
}

/** The keys as they are kept; never printed, never logged. */
export interface KeyMaterial {
  readonly signing: `0x${string}`
  readonly agreement: `0x${string}`
}

const word = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const Material = z.strictObject({ signing: word, agreement: word })

const pathOf = (home: string): string => join(home, 'keys.json')

export const newKeyMaterial = (): KeyMaterial => ({
  signing: generatePrivateKey(),
  agreement: bytesToHex(createAgreementKey().privateKey),
})

export const keysOf = ({ signing, agreement }: KeyMaterial): WalletKeys => ({
  account: privateKeyToAccount(signing),
  agreement: agreementKeyOf(hexToBytes(agreement)),
})

/** Keeps keys in the wallet's folder. @param how `new` never replaces a key */
export const writeKeys = async (
  home: string,
  material: KeyMaterial,
  secret: WalletSecret,
  how: 'new' | 'over',
): Promise<void> => writePrivate(pathOf(home), await sealText(JSON.stringify(material), secret), how)

/** @throws ERR_WALLET_MISSING, ERR_WALLET_LOCKED, ERR_WALLET_FILE */
export async function readKeys(home: string, secret: WalletSecret | undefined): Promise<KeyMaterial> {
  const sealed = await readPrivate(pathOf(home), SealedText)
  if (!sealed) {
    throw new OpemError({ code: 'ERR_WALLET_MISSING', shortMessage: `There is no company wallet in ${home}.` })
  }
  return Material.parse(JSON.parse(await openText(sealed, secret)))
}

/** The keys as of the file's last change: a serving wallet follows a rotation by another process. */
export function createKeyReader(home: string, secret: WalletSecret | undefined): () => Promise<WalletKeys> {
  let kept: { readonly changed: number; readonly keys: WalletKeys } | undefined
  return async () => {
    const changed = (await stat(pathOf(home)).catch(() => undefined))?.mtimeMs ?? 0
    if (kept?.changed !== changed) kept = { changed, keys: keysOf(await readKeys(home, secret)) }
    return kept.keys
  }
}
