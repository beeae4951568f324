import { MARKET_ROLES } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { openApi } from '../instance/api.ts'
import { openCaller } from '../instance/caller.ts'
import { print } from '../print.ts'
import { readSettings } from '../up/settings.ts'
import { openAccess } from './access.ts'
import { parseRoles, rolesIn } from './format.ts'
import type { WalletOptions } from './open.ts'
import { place } from './options.ts'
import { placeOf } from './place.ts'
import { keepAndShow } from './receipt.ts'

interface Machine {
  readonly account: string
  readonly did: string
  readonly name: string
  readonly roles: readonly string[]
  readonly status: string
  readonly version: number
}

type Options = WalletOptions & { readonly as?: string }
type OpenOptions = Options & { readonly roles: string; readonly did?: string; readonly out?: string }
type AgainOptions = Options & { readonly wallet?: string; readonly out?: string }

const ROUTE = '/v1/company/machines'
const AS = 'a wallet of the company’s administrator that is signed in (default: OPEM_WALLET)'

/** `opem wallet machine …`: accounts of a company's machines, by its administrator. */
export function machineVerbs(wallet: Command): void {
  const machine = wallet
    .command('machine')
    .summary('accounts of a company’s machines')
    .description(
      'A machine has a key and an account of its own, in some of the company’s roles. The company’s administrator opens it; the machine shows the receipt with its own key.',
    )
  const verb = (name: string, summary: string) =>
    place(machine.command(name).summary(summary).description(`${summary}.`).option('--as <wallet>', AS))

  verb('open', 'opens an account for a machine')
    .argument('<name>', 'the machine’s key file, or with --did what to call it')
    .requiredOption('--roles <list>', `some of the company’s roles (${MARKET_ROLES.join(', ')}), with commas`)
    .option('--did <did>', 'the machine’s DID, when its key is elsewhere: it shows the receipt there')
    .option('--out <file>', 'with --did: where to write its credential (mode 600)')
    .option('--json', 'one JSON object for machines')
    .action(openVerb)
  verb('list', 'the company’s machines')
    .option('--json', 'one JSON array for machines')
    .action(async (options: Options) => {
      const { machines } = await (await companyOf(options)).get<{ machines: Machine[] }>(ROUTE)
      print(
        options,
        machines,
        machines.map(({ account, status, name, roles }) => `${account}  ${status}  ${name}: ${rolesIn(roles)}`),
      )
    })
  verb('reissue', 'issues a machine’s lost credential again')
    .argument('<account>', 'as opem wallet machine list shows it')
    .option('--wallet <name>', 'the machine’s key file, when it is here')
    .option('--out <file>', 'where to write the credential (mode 600) for a machine elsewhere')
    .option('--json', 'one JSON object for machines')
    .action(async (account: string, options: AgainOptions) => {
      const api = await companyOf(options)
      const next = await api.post<{ version: number; credential: string | null }>(
        `${ROUTE}/${encodeURIComponent(account)}/reissues`,
        undefined,
      )
      if (next.credential === null) throw refusal('ERR_NO_UPDATE', `Version ${next.version} is in force already.`)
      await handOver(next.credential, { account, version: next.version }, options)
    })
  verb('close', 'closes a machine’s account for ever')
    .argument('<account>', 'as opem wallet machine list shows it')
    .option('--json', 'one JSON object for machines')
    .action(async (account: string, options: Options) => {
      await (await companyOf(options)).delete(`${ROUTE}/${encodeURIComponent(account)}`)
      print(options, { account, status: 'revoked' }, [`account ${account} is revoked`])
    })
}

async function openVerb(name: string, options: OpenOptions): Promise<void> {
  const roles = parseRoles(options.roles, MARKET_ROLES)
  if (options.did !== undefined && options.out === undefined)
    throw refusal('ERR_OUT', 'The machine is elsewhere: give --out FILE for its credential, and take the file there.')
  const { openHolderOf } = await import('./open.ts')
  const did = options.did ?? (await openHolderOf(name, options)).holder.did
  const api = await companyOf(options)
  const opened = await api.post<{ machine: Machine; credential: string }>(ROUTE, { did, name, roles })
  const { out, ...rest } = options
  const to = options.did === undefined ? { ...rest, wallet: name } : { ...rest, ...(out === undefined ? {} : { out }) }
  await handOver(opened.credential, { account: opened.machine.account, version: opened.machine.version }, to)
}

/** To the machine's wallet here, which shows the receipt; or to a file, for the machine to accept where it is. */
async function handOver(jwt: string, it: { account: string; version: number }, options: AgainOptions): Promise<void> {
  if (options.wallet !== undefined) {
    const { openHolderOf } = await import('./open.ts')
    const { holder, place: where } = await openHolderOf(options.wallet, options)
    const { hash } = await keepAndShow(holder, openAccess(where.api.url), jwt)
    print(options, { ...it, status: 'active', credential: hash }, [
      `account ${it.account} is active: opem wallet sign-in ${options.wallet}`,
    ])
    return
  }
  if (options.out === undefined) throw refusal('ERR_OUT', 'Whose is it? Give --wallet NAME, or --out FILE.')
  const { writeFile } = await import('node:fs/promises')
  await writeFile(options.out, `${jwt}\n`, { mode: 0o600 })
  print(options, { ...it, status: 'pending', path: options.out }, [
    `account ${it.account} waits for the receipt: on the machine, opem wallet accept NAME ${options.out} --receipt`,
  ])
}

/** The API, as the company's administrator. */
async function companyOf(options: Options) {
  const wallet = options.as ?? (process.env.OPEM_WALLET || undefined)
  if (wallet === undefined) throw refusal('ERR_AS', 'As whom? Give --as with a wallet of the company’s administrator.')
  const { api } = await placeOf(options)
  return openApi(api.url, await openCaller(readSettings(process.env).home, wallet))
}
