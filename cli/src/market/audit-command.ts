import { MARKET_CHAIN_CONTRACTS, type MarketChainAddresses } from '@opem/contracts'
import type { Command } from 'commander'
import type { PublicClient } from 'viem'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { rangeOf } from '../instance/range.ts'
import { print } from '../print.ts'
import { readDeployment } from '../up/deployment.ts'
import { readSettings } from '../up/settings.ts'
import { auditLines } from './audit-lines.ts'

type Options = Where & { from?: string; to?: string; index?: string | true; json?: boolean }

/** `opem market audit`: everything of the market, from the chain alone. */
export function auditVerb(market: Command): void {
  withAuditOptions(
    market
      .command('audit')
      .description(
        'Rebuilds every balance, payment, listing and agreement from the chain’s events, holds them against the contracts and the tokens, and recovers every signature. Ends with 1 when anything is wrong.',
      ),
  ).action(audit)
}

/** `opem billing audit`, as it was called before it was a part of the whole. */
export function oldAuditVerb(billing: Command): void {
  withAuditOptions(
    billing
      .command('audit', { hidden: true })
      .description('Is a part of “opem market audit” now, and does what that does.'),
  ).action((options: Options) => {
    if (!options.json)
      process.stderr.write(
        '“opem billing audit” is a part of “opem market audit” now, which does more; this is its answer.\n',
      )
    return audit(options)
  })
}

const withAuditOptions = (command: Command): Command =>
  withWhere(command)
    .option('--from <instant>', 'tell balances from then on, and recover the signatures since (default: all)')
    .option('--to <instant>', 'as everything stood then (default: now)')
    .option('--index [url]', 'hold the index against the chain as well (default: this marketplace’s)')
    .option('--json', 'one JSON object for machines')

async function audit(options: Options): Promise<void> {
  const { chainUrl, chainId, home, fromBlock } = await openInstance(options)
  const addresses: Record<string, string> = readDeployment(home)?.addresses ?? {}
  const missing = MARKET_CHAIN_CONTRACTS.filter((name) => addresses[name] === undefined)
  if (missing.length > 0) {
    throw refusal('ERR_NO_MARKET', `${home} knows no ${missing.join(', ')}: start the marketplace once (npm start).`)
  }
  const { openMarketChain } = await import('@opem/contracts')
  const { auditMarket, blocksIn } = await import('@opem/domain')
  const { createPublicClient, http } = await import('viem')
  // Thousands of small questions: a hundred of them travel together.
  const transport = http(chainUrl, { batch: { batchSize: 100, wait: 2 }, timeout: 120_000 })
  const client = createPublicClient({ transport }) as PublicClient
  const chain = openMarketChain(client, addresses as unknown as MarketChainAddresses, chainId)
  const { from, to } = rangeOf(options)
  const span = { ...(options.from === undefined ? {} : { from }), ...(options.to === undefined ? {} : { to }) }
  const blocks = await blocksIn({ first: fromBlock, last: await chain.head() }, span, chain.timeOf)
  if (blocks === undefined) {
    throw refusal('ERR_RANGE', 'The chain has no block between --from and --to: give a range in which it was running.')
  }
  const index =
    options.index === undefined ? {} : { index: (await import('./index-reader.ts')).openIndex(urlOf(options)) }
  const result = await auditMarket({ chain, fromBlock, range: blocks, ...index })
  print(options, result, auditLines(result))
  if (!result.ok) process.exitCode = 1
}

const urlOf = ({ index }: Options): string => (typeof index === 'string' ? index : readSettings(process.env).urls.index)
