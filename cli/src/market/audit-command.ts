import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { readDeployment } from '../up/deployment.ts'
import type { MarketAddresses } from './audit.ts'

const NEEDED = [
  ...['ListingRegistry', 'AgreementRegistry', 'Escrow', 'EuroToken', 'OpenInnovation', 'CompositionRegistry'],
  ...['AccessManager', 'AccountRegistry', 'EthereumDIDRegistry'],
]

/** `opem market audit`: everything of the market, from the chain alone. */
export function auditVerb(market: Command): void {
  withWhere(
    market
      .command('audit')
      .description(
        'Rebuilds every balance, payment, listing and agreement from the chain’s events, holds them against the contracts and the tokens, and recovers every signature. Ends with 1 when anything is wrong.',
      )
      .option('--json', 'one JSON object for machines'),
  ).action(audit)
}

async function audit(options: Where & { json?: boolean }): Promise<void> {
  const { chain, home, fromBlock } = await openInstance(options)
  const addresses: Record<string, string> = readDeployment(home)?.addresses ?? {}
  const missing = NEEDED.filter((name) => addresses[name] === undefined)
  if (missing.length > 0) {
    throw refusal('ERR_NO_MARKET', `${home} knows no ${missing.join(', ')}: start the marketplace once (npm start).`)
  }
  const { auditMarket } = await import('./audit.ts')
  const { ok, block, events, checks } = await auditMarket(chain, addresses as unknown as MarketAddresses, fromBlock)
  print(options, { ok, block, events, checks }, [
    ...checks.flatMap(({ name, what, findings }) =>
      findings.length === 0 ? [`ok     ${name}: ${what}`] : findings.map((words) => `WRONG  ${name}: ${words}`),
    ),
    ok
      ? `The market is sound up to block ${block}.`
      : `The market is NOT sound up to block ${block}: ${checks.flatMap(({ findings }) => findings).length} findings.`,
  ])
  if (!ok) process.exitCode = 1
}
