import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { listKeyFiles } from '@opem/ssi'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { isoOf, rolesIn } from './format.ts'
import { keyFileOf, keysFolder, walletFolder, walletsFolder } from './names.ts'
import { place } from './options.ts'
import type { PlaceOptions } from './place.ts'

interface Options extends PlaceOptions {
  readonly json?: boolean
}

/**
 * `opem wallet list`: wallets, or what one of them holds and issued. No passphrase is needed; without a marketplace all but
 * who may act for the company on chain is shown.
 */
export function listVerb(wallet: Command): void {
  const list = wallet
    .command('list')
    .summary('the wallets, or the credentials of one')
    .description(
      "The key files with their addresses and the companies' wallets; with a name, that wallet's credentials, and in which roles the chain lets their holders act.",
    )
    .argument('[name]', 'a wallet')
    .option('--json', 'one JSON array for machines')
  place(list).action(async (name: string | undefined, options: Options) => {
    if (name === undefined) await listWallets(options)
    else await listCredentials(name, options)
  })
  const show = wallet
    .command('show')
    .summary('a wallet, or one of its credentials')
    .description(
      'What a wallet is, and who may act for its company on chain; with a credential, what that credential says. Keys are never shown.',
    )
    .argument('<name>', 'a wallet')
    .argument('[credential]', 'its hash or jti, or the beginning of one')
    .option('--jwt', 'the credential itself')
    .option('--json', 'one JSON object for machines')
  place(show).action(async (name: string, id: string | undefined, options: Options & { jwt?: boolean }) => {
    if (id === undefined) await showWallet(name, options)
    else await showCredential(name, id, options)
  })
}

async function listWallets(options: Options): Promise<void> {
  const files = await listKeyFiles(keysFolder())
  const { findProfile } = await import('@opem/ssi/wallet')
  const names = existsSync(walletsFolder()) ? readdirSync(walletsFolder()).sort() : []
  const companies = []
  for (const name of names) {
    const path = join(walletsFolder(), name)
    const profile = await findProfile(path)
    if (profile) companies.push({ name, path, address: profile.did.slice(-42), did: profile.did })
  }
  const all = [...files, ...companies]
  print(
    options,
    all,
    all.map(({ name, address }) => `${address}  ${name}`),
  )
}

async function storesOf(name: string) {
  const { openCredentialStore, openIssuedBook } = await import('@opem/ssi/wallet')
  const home = walletFolder(name)
  if (!existsSync(home) && !existsSync(keyFileOf(name))) {
    throw refusal('ERR_WALLET_MISSING', `There is no wallet ${name}: opem wallet list shows which there are.`)
  }
  return { home, credentials: openCredentialStore(home), book: openIssuedBook(home) }
}

async function listCredentials(name: string, options: Options): Promise<void> {
  const { credentials, book } = await storesOf(name)
  const held = (await credentials.list()).map(({ jwt: _, ...credential }) => ({ held: true, ...credential }))
  const { actsOnChain, rolesOnChain } = await import('./on-chain.ts')
  const entries = await book.list()
  const acts = entries.length > 0 ? await actsOnChain(name, options) : undefined
  const issued = entries.map((entry) => {
    const { jwt: _, ...credential } = entry
    return { held: false, ...credential, onChain: rolesOnChain(acts, entry) }
  })
  print(
    options,
    [...held, ...issued],
    [
      ...held.map(
        ({ hash, type, status, expiresAt }) => `${hash.slice(0, 18)}  ${status}  ${type}, until ${isoOf(expiresAt)}`,
      ),
      ...issued.map(
        ({ hash, revokedAt, expiresAt, onChain, ...who }) =>
          `${hash.slice(0, 18)}  ${revokedAt === null ? 'issued' : 'revoked'}  ${who.name}: ${rolesIn(who.roles)}, until ${isoOf(expiresAt)}; on chain ${onChain === null ? 'not known now' : rolesIn(onChain) || 'nothing'}`,
      ),
    ],
  )
}

async function showWallet(name: string, options: Options): Promise<void> {
  const { findProfile } = await import('@opem/ssi/wallet')
  const { actsOnChain, representativeLines } = await import('./on-chain.ts')
  const { credentials, book, home } = await storesOf(name)
  const profile = await findProfile(home)
  const pending = (await credentials.list()).filter(({ status }) => status === 'pending').length
  if (!profile) {
    const [file] = (await listKeyFiles(keysFolder())).filter((one) => one.name === name)
    print(options, { ...file, pending }, [`${file?.address}  ${name}`, `${pending} credentials wait to be accepted`])
    return
  }
  const { version: _, ...shown } = profile
  const acts = (await actsOnChain(name, options))!
  const representatives = acts.known ? acts.representatives : null
  print(options, { name, ...shown, path: home, pending, representatives }, [
    profile.did,
    `${profile.company.name}, ${profile.company.url}`,
    `endpoint ${profile.endpoint}`,
    `marketplace ${profile.marketplace}`,
    `${pending} credentials wait to be accepted`,
    ...representativeLines(acts, await book.list()),
  ])
}

async function showCredential(name: string, id: string, options: Options & { jwt?: boolean }): Promise<void> {
  const { readCredential } = await import('@opem/ssi/wallet')
  const { credentials, book } = await storesOf(name)
  const held = await credentials.find(id).catch(() => undefined)
  const found = held ?? { ...(await book.find(id)), ...readCredential((await book.find(id)).jwt) }
  if (options.jwt) return print(options, { jwt: found.jwt }, [found.jwt])
  const { jwt: _, ...shown } = found
  print(options, shown, [JSON.stringify(shown, null, 2)])
}
