import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { z } from 'zod'

/** What opens a wallet's keys: a passphrase, or nothing but the file's mode when somebody said so. */
export type WalletSecret = { readonly kind: 'passphrase'; readonly passphrase: string } | { readonly kind: 'file-mode' }

const base64 = z.base64()
const Sealed = z.strictObject({
  version: z.literal(1),
  kind: z.literal('scrypt-aes-256-gcm'),
  salt: base64,
  iv: base64,
  tag: base64,
  data: base64,
})
const Plain = z.strictObject({ version: z.literal(1), kind: z.literal('file-mode'), data: z.string() })

/** What a file of keys holds. */
export const SealedText = z.discriminatedUnion('kind', [Sealed, Plain])
export type SealedText = z.infer<typeof SealedText>

/** RFC 7914 §2 for files: about 0.1 s and 32 MiB for each guess. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }
/** What is sealed can not be passed off as another kind of file. */
const PURPOSE = Buffer.from('opem wallet keys 1')

const keyOf = (passphrase: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(passphrase.normalize('NFKC'), salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key))),
  )

/** Seals a text with a passphrase (scrypt, AES-256-GCM), or wraps it openly for a file that only its mode protects. */
export async function sealText(text: string, secret: WalletSecret): Promise<SealedText> {
  if (secret.kind === 'file-mode') return { version: 1, kind: 'file-mode', data: text }
  const [salt, iv] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', await keyOf(secret.passphrase, salt), iv).setAAD(PURPOSE)
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const [encodedSalt, encodedIv, tag] = [salt, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'))
  return {
    version: 1,
    kind: 'scrypt-aes-256-gcm',
    salt: encodedSalt!,
    iv: encodedIv!,
    tag: tag!,
    data: data.toString('base64'),
  }
}

/** @throws ERR_WALLET_LOCKED: a passphrase is needed, or the given one is not the wallet's */
export async function openText(sealed: SealedText, secret: WalletSecret | undefined): Promise<string> {
  if (sealed.kind === 'file-mode') return sealed.data
  if (secret?.kind !== 'passphrase') {
    throw locked('The wallet is sealed: give its passphrase in OPEM_WALLET_SECRET or in a file of mode 600.')
  }
  const [salt, iv, tag, data] = [sealed.salt, sealed.iv, sealed.tag, sealed.data].map((text) =>
    Buffer.from(text, 'base64'),
  )
  const key = await keyOf(secret.passphrase, salt!)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv!, { authTagLength: 16 }).setAAD(PURPOSE).setAuthTag(tag!)
    return decipher.update(data!, undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw locked('The passphrase does not open the wallet, or its file of keys was changed.')
  }
}

const locked = (shortMessage: string): OpemError => new OpemError({ code: 'ERR_WALLET_LOCKED', shortMessage })
