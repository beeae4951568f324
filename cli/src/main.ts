import { readFileSync } from 'node:fs'
import { type Command, CommanderError, Command as Program } from 'commander'
import { refusal, reportFailure } from './failure.ts'

/** A verb: its one line in the overview, and where it lives. Its file is read only when the verb is used. */
interface Verb {
  readonly summary: string
  readonly load: () => Promise<(program: Command) => unknown>
}

const VERBS: Readonly<Record<string, Verb>> = {
  up: { summary: 'start every part of the marketplace', load: async () => (await import('./up/command.ts')).upCommand },
  status: {
    summary: 'every part, its address, healthy or not',
    load: async () => (await import('./status/command.ts')).statusCommand,
  },
  down: { summary: 'end the running marketplace', load: async () => (await import('./status/down.ts')).downCommand },
  community: {
    summary: 'found and administer communities',
    load: async () => (await import('./community/command.ts')).communityCommand,
  },
  wallet: {
    summary: 'key files, companies’ wallets and their credentials',
    load: async () => (await import('./wallet/command.ts')).walletCommand,
  },
  listing: {
    summary: 'draft, review and publish services and data',
    load: async () => (await import('./listing/command.ts')).listingCommand,
  },
  system: {
    summary: 'the marketplace’s own machines and their keys',
    load: async () => (await import('./system/command.ts')).systemCommand,
  },
  issuer: {
    summary: 'accredit issuers of credentials, and show who is accredited',
    load: async () => (await import('./issuer/command.ts')).issuerCommand,
  },
  agent: {
    summary: 'the marketplace’s own DID and its keys',
    load: async () => (await import('./agent/command.ts')).agentCommand,
  },
  operator: {
    summary: 'what waits for the operator, and the audit log',
    load: async () => (await import('./operator/command.ts')).operatorCommand,
  },
  governance: {
    summary: 'who governs: changes the fee, expels listings, upgrades contracts',
    load: async () => (await import('./governance/command.ts')).governanceCommand,
  },
  development: {
    summary: 'credentials of issuers that stand in for real ones, on the development chain',
    load: async () => (await import('./development/command.ts')).developmentCommand,
  },
  agreement: {
    summary: 'contracts: request, sign, refuse, end, extend',
    load: async () => (await import('./agreement/command.ts')).agreementCommand,
  },
  service: {
    summary: 'provide a contracted service, and use one',
    load: async () => (await import('./service/command.ts')).serviceCommand,
  },
  market: {
    summary: 'find services and data, look at a listing, and audit the whole market',
    load: async () => (await import('./market/command.ts')).marketCommand,
  },
  innovation: {
    summary: 'ask for a service that nobody offers, and propose one',
    load: async () => (await import('./innovation/command.ts')).innovationCommand,
  },
  composition: {
    summary: 'chain services into one, and run it',
    load: async () => (await import('./composition/command.ts')).compositionCommand,
  },
  import: {
    summary: 'read meter files into the lake',
    load: async () => (await import('./import/index.ts')).importCommand,
  },
  data: {
    summary: 'contracted data sets: list, describe, query, download',
    load: async () => (await import('./data/command.ts')).dataCommand,
  },
  prices: {
    summary: 'commit market prices to the chain, and show what is committed',
    load: async () => (await import('./prices/command.ts')).pricesCommand,
  },
  settle: {
    summary: 'settle readings of a file: no chain, no server',
    load: async () => (await import('./settle/index.ts')).settleCommand,
  },
  audit: {
    summary: 'recompute every balance of a community from the chain',
    load: async () => (await import('./audit/command.ts')).auditCommand,
  },
  challenge: {
    summary: 'show the contract a wrong sum or split: the batch falls',
    load: async () => (await import('./challenge/command.ts')).challengeCommand,
  },
  billing: {
    summary: 'purse, payments, vouchers, disputes and invoices; and an audit of every balance',
    load: async () => (await import('./billing/command.ts')).billingCommand,
  },
  evidence: {
    summary: 'keep the evidence behind a community’s settled batches in a file',
    load: async () => (await import('./evidence/command.ts')).evidenceCommand,
  },
  statement: {
    summary: 'a member’s month in energy and money: JSON, CSV or PDF',
    load: async () => (await import('./statement/command.ts')).statementCommand,
  },
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
}

/** @param json a machine asked: what commander would print about wrong words is said as JSON instead */
function newProgram(json: boolean): Program {
  return new Program('opem')
    .configureOutput(json ? { writeErr: () => undefined } : {})
    .description('The open energy marketplace: communities that share every hour of energy, settled on chain')
    .version(version())
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showHelpAfterError('(--help shows what is possible)')
    .enablePositionalOptions()
}

/** The verb that the arguments name; undefined when they name none, or ask for the overview. */
function verbIn(args: readonly string[]): string | undefined {
  const words = args.filter((word) => word !== 'help')
  return words[0] !== undefined && words[0] in VERBS ? words[0] : undefined
}

/** `opem …`: runs one verb; the exit code is 0 only on success, errors are one sentence with their code on stderr. */
export async function main(argv: readonly string[]): Promise<void> {
  const args = argv.slice(2)
  endQuietlyWithReader()
  const json = args.includes('--json')
  const program = newProgram(json)
  const wanted = verbIn(args)
  try {
    for (const [name, verb] of Object.entries(VERBS)) {
      if (name === wanted) (await verb.load())(program)
      else program.command(name).summary(verb.summary).description(verb.summary)
    }
    for (const command of program.commands) strict(command)
    if (args.length === 0) program.help()
    await program.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) reportFailure(error, json)
    else if (json && error.exitCode !== 0)
      reportFailure(refusal('ERR_USAGE', error.message.replace(/^error: /, '')), json)
    else process.exitCode = error.exitCode
  }
}

/** `opem … | head`: who reads has read enough, which is no failure of ours and needs no stack trace. */
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

/** Wrong words end as a CommanderError (exit code 1, its sentence is printed already), never as process.exit. */
function strict(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) strict(child)
}
