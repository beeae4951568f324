import { readGovernors } from '@opem/contracts'
import { openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import { type Address, getAddress, isAddress, isAddressEqual } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { createRoleChange, type RoleChange } from '../up/access/role-change.ts'
import { readDeployment } from '../up/deployment.ts'
import { keyFile } from '../up/keys.ts'

type Options = Where & { readonly wallet?: string; readonly notice?: string; readonly json?: boolean }

/** Notice of a governor who is named without one: two days, as the contracts are made without another. Seconds. */
const USUAL_NOTICE = 172_800
/** The manager keeps it as a uint32; a year is more than anybody waits. */
const MOST_NOTICE = 31_536_000

/** `opem governance …`: whose wallets change the fee, expel listings and upgrade contracts. */
export function governanceCommand(program: Command): void {
  const governance = program
    .command('governance')
    .summary('who governs: changes the fee, expels listings, upgrades contracts')
    .description(
      'Whose wallets govern the marketplace. They announce, wait for their notice and carry out, on the page /governance.',
    )
  withWhere(governance.command('list').description('Who governs now, and with how much notice.'))
    .option('--json', 'one JSON array for machines')
    .action(async (options: Options) => {
      const governors = await readGovernors(...of(await openInstance(options)))
      const lines = governors.map(({ address, notice }) => `${address}  ${inWords(notice)}`)
      print(options, governors, lines.length > 0 ? lines : ['nobody governs'])
    })
  withWhere(governance.command('name').argument('<address>', 'of the wallet that governs from now on'))
    .description(
      'Makes a wallet a governor. Where the administrator decides with notice, say it again when that is over.',
    )
    .option(
      '--notice <seconds>',
      `between what the wallet announces and its effect; 0: at once (default: ${USUAL_NOTICE})`,
    )
    .option('--wallet <file>', 'key file of the administrator (default: the operator’s of OPEM_HOME)')
    .option('--json', 'one JSON object for machines')
    .action((address: string, options: Options) => change('grantRole', address, options))
  withWhere(governance.command('remove').argument('<address>', 'of a wallet that governs'))
    .description('Takes a wallet’s governance back. The last governor stays: name another one first.')
    .option('--wallet <file>', 'key file of the administrator (default: the operator’s of OPEM_HOME)')
    .option('--json', 'one JSON object for machines')
    .action((address: string, options: Options) => change('revokeRole', address, options))
}

async function change(what: RoleChange['what'], text: string, options: Options): Promise<void> {
  const address = addressIn(text)
  const notice = noticeIn(options.notice)
  const instance = await openInstance(options)
  const [client, where] = of(instance)
  const governors = await readGovernors(client, where)
  const known = governors.find((one) => isAddressEqual(one.address, address))
  const said: string[] = []
  if (what === 'grantRole' ? known?.notice === notice : known === undefined) {
    said.push(`${address} ${what === 'grantRole' ? `governs already, ${inWords(notice)}` : 'does not govern'}`)
    return print(options, { address, result: 'as it was' }, said)
  }
  if (what === 'revokeRole' && governors.length === 1)
    throw refusal(
      'ERR_LAST_GOVERNOR',
      `${address} is the only governor: nobody could change the fee or upgrade a contract any more. Name another one first.`,
    )
  const result = await createRoleChange({
    chain: client.chain!,
    accessManager: where.accessManager,
    administrator: await openKeyFile(options.wallet ?? keyFile(instance.home, 'operator')),
    say: (line) => said.push(line.replace(/^\w+ +/, '')),
  })({ what, role: 'governor', address, notice: what === 'grantRole' ? notice : 0 })
  if (result === 'may not') throw refusal('ERR_NOT_ADMINISTRATOR', `${said.at(-1)}.`)
  print(options, { address, result }, said)
}

const inWords = (notice: number): string => (notice === 0 ? 'at once' : `with ${notice} s of notice`)

function of(instance: Instance) {
  const accessManager = readDeployment(instance.home)?.addresses.AccessManager as Address | undefined
  if (accessManager === undefined)
    throw refusal('ERR_NO_DEPLOYMENT', `${instance.home} knows no contracts: start the marketplace once (npm start).`)
  return [instance.chain, { accessManager, fromBlock: instance.fromBlock }] as const
}

function addressIn(text: string): Address {
  if (isAddress(text)) return getAddress(text)
  throw refusal('ERR_ADDRESS', `"${text}" is not an address: give 0x and 40 hex digits, as the wallet shows them.`)
}

function noticeIn(text: string | undefined): number {
  if (text === undefined) return USUAL_NOTICE
  const notice = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (notice <= MOST_NOTICE) return notice
  throw refusal('ERR_ARGUMENT', `--notice is "${text}": give whole seconds, 0 to ${MOST_NOTICE}.`)
}
