import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'

const base64 = z.string().regex(/^[A-Za-z0-9+/]*=*$/)
const Sealed = z.strictObject({ version: z.literal(1), salt: base64, iv: base64, tag: base64, data: base64 })

const refuse = (code: string, shortMessage: string) => new OpemError({ code, shortMessage })
/** Bytes of memory that scrypt may use: N = 2^15, r = 8 take 32 MiB. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }

/** The shortest secret that seals a file, characters. */
const SHORTEST = 16

/** A JSON value in a file of mode 600 that is encrypted (AES-256-GCM) with a key derived from a secret (scrypt). */
export interface SealedFile<T> {
  read(): T | undefined
  /** Another one when the file was replaced, also by another process; empty when there is no file. */
  stamp(): string
  /** Replaces the whole file or nothing of it. */
  write(value: T): void
}

/**
 * Opens a sealed file; it need not be there yet.
 * @throws ERR_SECRET (too short), and from `read` ERR_SEALED_MODE (others may read the file) and ERR_SEALED (another
 * secret, or the file was changed); no message quotes the file or the secret
 */
export function openSealedFile<T>(path: string, secret: string): SealedFile<T> {
  if (secret.length < SHORTEST)
    throw refuse('ERR_SECRET', `The secret of ${path} has ${secret.length} characters and needs ${SHORTEST} at least.`)
  let derived: { salt: Buffer; key: Buffer } | undefined
  const keyFor = (salt: Buffer): Buffer => {
    if (!derived?.salt.equals(salt)) derived = { salt, key: scryptSync(secret, salt, 32, COST) }
    return derived.key
  }

  return {
    stamp: () => {
      const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
      return found ? `${found.ino} ${found.mtimeNs}` : ''
    },
    read: () => {
      if (!existsSync(path)) return undefined
      const mode = lstatSync(path).mode & 0o777
      if ((mode & 0o077) !== 0)
        throw refuse(
          'ERR_SEALED_MODE',
          `The key store ${path} has mode ${mode.toString(8)} and needs 600: chmod 600 ${path}`,
        )
      try {
        const { salt, iv, tag, data } = Sealed.parse(JSON.parse(readFileSync(path, 'utf8')))
        const bytes = (text: string) => Buffer.from(text, 'base64')
        const decipher = createDecipheriv('aes-256-gcm', keyFor(bytes(salt)), bytes(iv), { authTagLength: 16 })
        decipher.setAuthTag(bytes(tag))
        return JSON.parse(Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString()) as T
      } catch {
        // The cause could quote the file.
        throw refuse(
          'ERR_SEALED',
          `The key store ${path} does not open: it needs the secret it was sealed with, unchanged.`,
        )
      }
    },
    write: (value) => {
      const salt = derived?.salt ?? randomBytes(16)
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyFor(salt), iv)
      const data = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
      const text = (bytes: Buffer) => bytes.toString('base64')
      const sealed = { version: 1, salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) }
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const file = openSync(`${path}.tmp`, 'w', 0o600)
      chmodSync(`${path}.tmp`, 0o600)
      writeSync(file, `${JSON.stringify(sealed)}\n`)
      fsyncSync(file)
      closeSync(file)
      renameSync(`${path}.tmp`, path)
    },
  }
}
