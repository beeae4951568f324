import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, pays, place } from './options.ts'
import { placeOf } from './place.ts'

interface ServeOptions extends WalletOptions {
  readonly host: string
  readonly port: string
  readonly acceptFrom?: readonly string[]
}

/** `opem wallet serve`: a company's wallet answers, until Ctrl-C. */
export function serveVerb(wallet: Command): void {
  const serve = wallet
    .command('serve')
    .summary("answers for a company's wallet, until Ctrl-C")
    .description(
      'Serves POST /didcomm and GET /health. It shows the Account credential to the marketplace, under a challenge, and nothing to anybody else. Put a proxy with TLS before it.',
    )
    .argument('<name>', "the company's wallet")
    .requiredOption('--port <number>', 'port to listen on; 0 takes a free one')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--accept-from <did...>', 'from now on, whose credentials are taken without asking')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(serve))).action(async (name: string, options: ServeOptions) => {
    const { didFrom, openCompanyWallet, payerOf } = await import('./open.ts')
    const { publishDocument, readWalletSecret, writeProfile } = await import('@opem/ssi/wallet')
    const { walletFolder } = await import('./names.ts')
    const port = Number(options.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw refusal('ERR_PORT', `--port is "${options.port}": give a number from 0 to 65535.`)
    }
    const where = await placeOf(options)
    const company = await openCompanyWallet(name, options, where)
    const trusted = (options.acceptFrom ?? []).map((did) => didFrom(did, where.chain.chainId))
    if (trusted.length > 0) {
      const profile = await company.profile()
      const acceptFrom = [...new Set([...profile.acceptFrom, ...trusted])]
      await writeProfile(walletFolder(name), { ...profile, acceptFrom }, 'over')
    }
    // A wallet that could not pay when it was made is not on chain yet; one that is costs nothing here.
    const secret = await readWalletSecret({ env: process.env, passphraseFile: options.passphraseFile })
    await publishDocument({ home: walletFolder(name), secret, chain: where.chain, payer: await payerOf(options) })
    const { url, close } = await company.serve({ host: options.host, port })
    // Written at once, not at the end: whoever started the command waits for this line.
    process.stdout.write(options.json ? `${JSON.stringify({ url, did: company.did })}\n` : `${url}  ${company.did}\n`)
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    await close()
  })
}
