import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { OPERATIONS, type Operation } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { openAccess } from './access.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, place } from './options.ts'

/** `opem wallet present` and `accept`: what a wallet's holder does with credentials. */
export function credentialVerbs(wallet: Command): void {
  const present = wallet
    .command('present')
    .summary('signs a presentation of credentials')
    .description("Signs a presentation (VP-JWT) of accepted credentials for a verifier's challenge.")
    .argument('<name>', 'a wallet')
    .requiredOption('--challenge <hex>', '0x and 64 hex digits')
    .requiredOption('--audience <did>', 'DID of the verifier')
    .requiredOption('--credential <id...>', 'hash or jti, or the beginning of one')
    .requiredOption('--operation <name>', `what it is for: ${OPERATIONS.join(', ')}`)
    .option('--json', 'one JSON object for machines')
  place(passphrase(present)).action(async (name: string, options: WalletOptions & PresentOptions) => {
    const { openHolderOf } = await import('./open.ts')
    const { challenge, audience, credential, operation } = options
    if (!/^0x[0-9a-f]{64}$/.test(challenge)) {
      throw refusal('ERR_CHALLENGE', `--challenge is "${challenge}": it needs 0x and 64 hex digits.`)
    }
    if (!OPERATIONS.some((known) => known === operation)) {
      throw refusal('ERR_OPERATION', `--operation is "${operation}": give one of ${OPERATIONS.join(', ')}.`)
    }
    const { holder } = await openHolderOf(name, options)
    const jwt = await holder.present({
      challenge: challenge as `0x${string}`,
      audience,
      credentials: credential,
      operation: operation as Operation,
    })
    print(options, { kind: 'vp-jwt', jwt }, [jwt])
  })

  const accept = wallet
    .command('accept')
    .summary('accepts a credential that waits, or takes one from a file')
    .description(
      'Accepts a credential that came by message; or checks and takes one from a file, - for standard input.',
    )
    .argument('<name>', 'a wallet')
    .argument('<credential>', 'hash or jti of one that waits, or the path of a file with a VC-JWT')
    .option('--receipt', 'for an Account credential: show the marketplace at once that it has arrived')
    .option('--json', 'one JSON object for machines')
  place(passphrase(accept)).action(async (name: string, id: string, options: WalletOptions & { receipt?: boolean }) => {
    const { openHolderOf } = await import('./open.ts')
    const { holder, place: where } = await openHolderOf(name, options)
    const isFile = id === '-' || id.includes('/') || id.endsWith('.jwt')
    const { jwt: _, ...taken } = isFile
      ? await holder.receive(await readJwt(id), 'file', 'accepted')
      : await holder.accept(id)
    let account: string | undefined
    if (options.receipt) {
      const access = openAccess(where.api.url)
      const { challenge, audience } = await access.challenge('receipt')
      const jwt = await holder.present({ challenge, audience, operation: 'receipt', credentials: [taken.hash] })
      const presentation = { kind: 'vp-jwt', jwt }
      const active = await access.post<{ account: string; receipt?: string }>('/v1/access/receipts', { presentation })
      account = active.account
      if (active.receipt !== undefined) await holder.receive(active.receipt, audience, 'accepted')
    }
    print(options, { ...taken, ...(account === undefined ? {} : { account }) }, [
      `${taken.type} ${taken.hash} is accepted`,
      ...(account === undefined ? [] : [`account ${account} is active`]),
    ])
  })
}

interface PresentOptions {
  readonly challenge: string
  readonly audience: string
  readonly credential: readonly string[]
  readonly operation: string
}

async function readJwt(path: string): Promise<string> {
  if (path === '-') return (await text(process.stdin)).trim()
  const content = await readFile(path, 'utf8').catch(() => undefined)
  if (content === undefined) throw refusal('ERR_FILE', `There is no file ${path} that can be read.`)
  return content.trim()
}
