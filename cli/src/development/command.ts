import { writeFile } from 'node:fs/promises'
import { issueCredential } from '@opem/ssi/credential'
import { type Did, didOfAddress, parseDid } from '@opem/ssi/did'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { DEVELOPMENT_ISSUERS, developmentIssuer } from '../up/access/development-issuers.ts'
import { readDeployment } from '../up/deployment.ts'
import { DEVELOPMENT_CHAIN_ID } from '../up/keys.ts'
import { readSettings } from '../up/settings.ts'

type Options = { out?: string; json?: boolean }
type IssuedHere = keyof typeof DEVELOPMENT_ISSUERS

const YEAR_SECONDS = 365 * 86_400

/**
 * `opem development …`: what issuers of the world do elsewhere. They believe everybody, so they exist on the development
 * chain only.
 */
export function developmentCommand(program: Command): void {
  const development = program
    .command('development')
    .summary('credentials of issuers that stand in for real ones, euros and ether, on the development chain')
    .description(
      'Issues credentials without asking anybody, by issuers that are accredited on the development chain only.',
    )
  issuing(development, 'identity', 'Who somebody is: for registering as a citizen.')
    .requiredOption('--name <name>', 'the name of the person')
    .option('--country <code>', 'two letters')
    .action(async (whom: string, options: Options & { name: string; country?: string }) => {
      const { name, country } = options
      await give(whom, 'IdentityCredential', { name, ...(country && { country }) }, options)
    })
  issuing(
    development,
    'data-source',
    'Whose a metering point is: for joining a community, and for authorising its use.',
  )
    .requiredOption('--meter <id>', 'the meter')
    .action(async (whom: string, options: Options & { meter: string }) => {
      await give(whom, 'DataSourceCredential', { meter: options.meter, role: 'data-subject' }, options)
    })
  development
    .command('euro')
    .description('Makes development euros, which are worth nothing, for an address.')
    .requiredOption('--to <address>', 'who gets them')
    .requiredOption('--amount <eur>', 'how many EUR, like 250 or 12.50')
    .option('--json', 'one JSON object for machines')
    .action(async (options: { to: string; amount: string; json?: boolean }) => {
      const { mintEuro } = await import('./euro.ts')
      const minted = await mintEuro(options.to, options.amount)
      print(options, minted, [`${minted.amount} EUR for ${minted.to}, who has ${minted.balance} EUR now`])
    })
  development
    .command('ether')
    .description('Gives an address ether, so that it can pay for transactions.')
    .requiredOption('--to <address>', 'who gets it')
    .option('--amount <eth>', 'how much', '10')
    .option('--json', 'one JSON object for machines')
    .action(async (options: { to: string; amount: string; json?: boolean }) => {
      const { giveEther } = await import('./ether.ts')
      const gift = await giveEther(options.to, options.amount)
      print(options, gift, [`${gift.amount} ETH for ${gift.to}, who has ${gift.balance} ETH now`])
    })
}

const issuing = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(`${description} The credential goes into the wallet, or to a file with --out.`)
    .argument('<whom>', 'a wallet of this folder, an address or a DID')
    .option('--out <file>', 'write the credential (JWT) here, mode 600')
    .option('--json', 'one JSON object for machines')

async function give(whom: string, type: IssuedHere, claims: object, options: Options): Promise<void> {
  const { home } = readSettings(process.env)
  const chainId = readDeployment(home)?.chainId
  const issuer = chainId === DEVELOPMENT_CHAIN_ID ? await developmentIssuer(home, chainId, type) : undefined
  if (issuer === undefined) {
    throw refusal(
      'ERR_DEVELOPMENT_ISSUER',
      `${home} is no marketplace of the development chain (${DEVELOPMENT_CHAIN_ID}): there real issuers give credentials.`,
    )
  }
  const named = didOf(whom)
  const holder = named === undefined ? (await openWallet(whom)).holder : undefined
  const subject = named ?? holder!.did
  const jwt = await issueCredential({
    ...{ issuer: issuer.did, signer: issuer.account, type, subject, claims: claims as never },
    expiresAt: Math.floor(Date.now() / 1000) + YEAR_SECONDS,
  })
  if (options.out !== undefined) await writeFile(options.out, `${jwt}\n`, { mode: 0o600 })
  else if (holder) await holder.receive(jwt, DEVELOPMENT_ISSUERS[type], 'accepted')
  const where = options.out ?? (holder ? `the wallet ${whom}` : undefined)
  print(options, { type, subject, ...(where ? {} : { jwt }) }, [where ? `${type} of ${subject} is in ${where}` : jwt])
}

/** The DID that was given as such or as an address; undefined for the name of a wallet. */
function didOf(text: string): Did | undefined {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return didOfAddress(DEVELOPMENT_CHAIN_ID, text as `0x${string}`)
  if (!text.startsWith('did:')) return undefined
  const parsed = parseDid(text, DEVELOPMENT_CHAIN_ID)
  if (parsed.ok) return parsed.value
  throw refusal(parsed.code, `"${text}": ${parsed.reason}`)
}

const openWallet = async (name: string) => (await import('../wallet/open.ts')).openHolderOf(name, {})
