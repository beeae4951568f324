import { writeFile } from 'node:fs/promises'
import type { OnChain } from '@opem/ssi/wallet'
import type { Command } from 'commander'
import { print } from '../print.ts'
import { isoOf, parseExpiry, parseRoles, rolesIn } from './format.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, pays, place } from './options.ts'
import { placeOf } from './place.ts'

interface IssueOptions extends WalletOptions {
  readonly to: string
  readonly name: string
  readonly email: string
  readonly roles: string
  readonly expires: string
  readonly out?: string
}

/** `opem wallet issue`, `limit`, `revoke`, `publish`, `rotate`: what a company's administrator does. */
export function companyVerbs(wallet: Command): void {
  const issue = wallet
    .command('issue')
    .summary('issues a Representative credential to an employee')
    .description(
      "Issues a Representative credential to an employee's own wallet; hand it over, or name a file. On chain its holder may act for the company in its roles, as long as it counts.",
    )
    .argument('<name>', "the company's wallet")
    .requiredOption('--to <did>', "DID of the employee's wallet")
    .requiredOption('--name <name>', "the employee's name")
    .requiredOption('--email <address>', "the employee's address")
    .requiredOption('--roles <list>', 'administrator, or some of the roles of the company’s account, with commas')
    .option('--expires <when>', 'days like 365d, or the last day like 2027-06-30', '365d')
    .option('--out <file>', 'writes the credential there, mode 600')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(issue))).action(async (name: string, options: IssueOptions) => {
    const { didFrom } = await import('./open.ts')
    const { company, place: where } = await open(name, options)
    const issued = await company.issueRepresentative({
      subject: didFrom(options.to, where.chain.chainId),
      name: options.name,
      email: options.email,
      roles: parseRoles(options.roles),
      expiresAt: parseExpiry(options.expires, Math.floor(Date.now() / 1000)),
    })
    await tell(issued, options)
  })

  const limit = wallet
    .command('limit')
    .summary("takes roles from an employee's credential")
    .description('Takes the credential back and issues one with fewer roles, otherwise the same.')
    .argument('<name>', "the company's wallet")
    .argument('<credential>', 'hash or jti, or the beginning of one')
    .requiredOption('--roles <list>', 'the roles that stay, with commas')
    .option('--out <file>', 'writes the new credential there, mode 600')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(limit))).action(async (name: string, id: string, options: IssueOptions) => {
    const { company } = await open(name, options)
    await tell(await company.limitRoles(id, parseRoles(options.roles)), options)
  })

  const revoke = wallet
    .command('revoke')
    .summary('takes credentials back, for ever')
    .description('Takes credentials that the company issued back, for ever, on chain. Nobody can undo it.')
    .argument('<name>', "the company's wallet")
    .argument('<credential...>', 'hashes or jtis, or the beginning of each')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(revoke))).action(async (name: string, ids: string[], options: WalletOptions) => {
    const { company } = await open(name, options)
    const transaction = await company.revoke(ids)
    print(options, { transaction: transaction ?? null, credentials: ids }, [
      transaction ? `revoked in ${transaction}` : 'all were revoked before',
    ])
  })

  const publish = wallet
    .command('publish')
    .summary('brings the chain to what the wallet says')
    .description(
      "Writes to the chain what it lacks: the wallet's key and endpoint, and who may act for the company, as the credentials that it issued say. What is right already is left alone.",
    )
    .argument('<name>', "the company's wallet")
    .option('--exactly', 'takes back, too, who may act for the company without a credential in this wallet')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(publish))).action(async (name: string, options: WalletOptions & { exactly?: boolean }) => {
    const { publishCompany } = await import('./open.ts')
    const { added, takenBack } = await publishCompany(name, options)
    const lines = [
      ...added.map(({ address, role }) => `${address}  may act as ${role}`),
      ...takenBack.map(({ address, role }) => `${address}  may no longer act as ${role}`),
    ]
    print(options, { added, takenBack }, lines.length > 0 ? lines : ['the chain says already what the wallet says'])
  })

  const rotate = wallet
    .command('rotate')
    .summary("replaces one of the wallet's keys")
    .description('Replaces a key under the same DID; an interrupted rotation is finished by the same command.')
    .argument('<name>', "the company's wallet")
    .option('--key <which>', 'agreement (opens messages) or signing (signs credentials, owns the DID)', 'agreement')
    .option('--stolen', 'the old signing key was stolen: nothing that it ever signed counts any more')
    .option('--json', 'one JSON object for machines')
  place(pays(passphrase(rotate))).action(
    async (name: string, options: WalletOptions & { key: string; stolen?: boolean }) => {
      const { key, stolen = false } = options
      if ((key !== 'agreement' && key !== 'signing') || (stolen && key !== 'signing')) {
        rotate.error('--key is agreement or signing, and --stolen goes with signing.')
      }
      const { company } = await open(name, options)
      const transaction = await company.rotate(key as 'agreement' | 'signing', { stolen })
      print(options, { did: company.did, key, transaction }, [`${company.did} has a new ${key} key`])
    },
  )
}

async function open(name: string, options: WalletOptions) {
  const { openCompanyWallet } = await import('./open.ts')
  const where = await placeOf(options)
  return { company: await openCompanyWallet(name, options, where), place: where }
}

interface Told {
  readonly jti: string
  readonly hash: string
  readonly name: string
  readonly roles: readonly string[]
  readonly expiresAt: number
  readonly jwt: string
  readonly onChain: OnChain
}

/** One sentence on whether the holder may sign for the company on chain. */
function onChainIn(onChain: OnChain): string {
  switch (onChain.status) {
    case 'written':
      return 'its holder may act for the company on chain'
    case 'none':
      return onChain.reason
    case 'waiting':
      return `NOT on chain yet: ${onChain.reason} Say opem wallet publish then; a serving wallet does it by itself.`
  }
}

async function tell(issued: Told, options: { readonly out?: string; readonly json?: boolean }): Promise<void> {
  if (options.out !== undefined) await writeFile(options.out, `${issued.jwt}\n`, { mode: 0o600 })
  print(options, issued, [
    `${issued.hash}  ${issued.name}: ${rolesIn(issued.roles)}, until ${isoOf(issued.expiresAt)}`,
    onChainIn(issued.onChain),
    options.out ?? issued.jwt,
  ])
}
