import { createKeyFile, DEVELOPMENT_MNEMONIC, developmentWallet } from '@opem/ssi'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { keyFileOf, walletFolder } from './names.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, place } from './options.ts'
import { placeOf } from './place.ts'

interface CreateOptions extends WalletOptions {
  readonly company?: string
  readonly url?: string
  readonly endpoint?: string
  readonly marketplace?: string
  readonly acceptFrom?: readonly string[]
  readonly acceptFromMarketplace?: boolean
  readonly unsealed?: boolean
  readonly development?: boolean
}

/** `opem wallet create`: a key file, or with --company a wallet that answers for a company. */
export function createVerb(wallet: Command): void {
  const command = wallet
    .command('create')
    .summary("makes a new key file, or a company's wallet")
    .description(
      "Makes a new key file. With --company: a company's wallet, whose DID, key and endpoint are published on chain.",
    )
    .argument('<name>', 'a name, or for a key file a path with a slash')
    .option('--company <name>', "the company's name")
    .option('--url <url>', "the company's page")
    .option('--endpoint <url>', 'where messages reach the wallet: https://…/didcomm')
    .option('--marketplace <did>', 'the only one to whom the Account credential is shown (default: the API says)')
    .option('--accept-from <did...>', 'whose credentials are taken without asking')
    .option('--accept-from-marketplace', "take the marketplace's credentials without asking")
    .option('--unsealed', "protect the keys by their file's mode alone, without a passphrase")
    .option('--development', 'development chain: give the wallet ether to pay with')
    .option('--pay-with <wallet>', 'key file that pays the transactions (default: the wallet itself)')
    .option('--json', 'one JSON object for machines')
  place(passphrase(command)).action(async (name: string, options: CreateOptions) => {
    if (options.company !== undefined) return createCompany(name, options, options.company)
    const path = keyFileOf(name)
    const address = (await createKeyFile(path)).address.toLowerCase()
    print(options, { address, path }, [`${address}  ${path}`])
  })
}

async function createCompany(name: string, options: CreateOptions, company: string): Promise<void> {
  const { isTaken, marketplaceOf, didFrom, payerOf } = await import('./open.ts')
  const { createCloudWallet, readWalletSecret } = await import('@opem/ssi/wallet')
  const { url, endpoint, unsealed, development, passphraseFile } = options
  if (url === undefined || endpoint === undefined) {
    throw refusal('ERR_WALLET_PROFILE', "A company's wallet needs --url (its page) and --endpoint (https://…/didcomm).")
  }
  if (isTaken(name)) throw refusal('ERR_WALLET_EXISTS', `There is a wallet ${name} already: choose another name.`)
  const secret = await readWalletSecret({ env: process.env, passphraseFile, fileMode: unsealed })
  if (secret === undefined) {
    throw refusal(
      'ERR_WALLET_SECRET',
      'The wallet needs a passphrase: set OPEM_WALLET_SECRET, name a file of mode 600 with --passphrase-file, or say --unsealed.',
    )
  }
  const where = await placeOf(options)
  const { chainId } = where.chain
  const marketplace = didFrom(options.marketplace ?? (await marketplaceOf(where)), chainId)
  const acceptFrom = [
    ...(options.acceptFrom ?? []).map((did) => didFrom(did, chainId)),
    ...(options.acceptFromMarketplace ? [marketplace] : []),
  ]
  const payer = await payerOf(options)
  const home = walletFolder(name)
  const made = await createCloudWallet({
    home,
    secret,
    chain: where.chain,
    company: { name: company, url },
    endpoint,
    marketplace,
    acceptFrom,
    ...(payer ? { payer } : {}),
    ...(development ? { giver: giverOn(chainId) } : {}),
  })
  print(options, { did: made.did, path: home, endpoint, marketplace }, [`${made.did}  ${home}`])
}

/** Whose ether is given away: an account that everybody knows, on the chain that everybody knows. */
function giverOn(chainId: number) {
  if (chainId === 31337) return developmentWallet(0)
  throw refusal(
    'ERR_WALLET_FUNDS',
    `Chain ${chainId} is no development chain (the words "${DEVELOPMENT_MNEMONIC.slice(0, 9)}…" own nothing there): use --pay-with.`,
  )
}
