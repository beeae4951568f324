import type { Command } from 'commander'
import { type Where, withWhere } from '../instance/instance.ts'
import { auditVerb } from './audit-command.ts'

export interface SearchOptions extends Where {
  readonly of: string
  readonly kind: readonly string[]
  readonly category: readonly string[]
  readonly plan: readonly string[]
  readonly region: readonly string[]
  readonly granularity: readonly string[]
  readonly provider: readonly string[]
  readonly priceFrom?: string
  readonly priceTo?: string
  readonly rating?: string
  readonly sort?: string
  readonly limit: string
  readonly json?: boolean
}
export type ShowOptions = Where & { readonly json?: boolean }

const several = (value: string, before: readonly string[]): string[] => [...before, value]

/** `opem market …`: what the page "Market" shows, for people at a terminal and for scripts. */
export function marketCommand(program: Command): void {
  const market = program
    .command('market')
    .summary('find services and data, and look at a listing')
    .description('Services and data of all providers. It speaks as the wallet that --as names and that is signed in.')
  withWhere(
    market
      .command('search')
      .description(
        'Finds listings by words, forgiving typing errors, and by facets. Facets may be given several times.',
      )
      .argument('[text]', 'words; without them, everything', '')
      .option('--of <what>', 'services or data', 'services')
      .option('--kind <kind>', 'analytic, data, energy-grid, composed', several, [])
      .option('--category <code>', 'a code like E6.2, or a provider’s own word', several, [])
      .option('--plan <kind>', 'free, one-time, subscription, pay-per-use, bank', several, [])
      .option('--region <country>', 'ISO 3166-1, like DK', several, [])
      .option('--granularity <duration>', 'ISO 8601, like PT15M', several, [])
      .option('--provider <account>', '0x and 64 hex digits', several, [])
      .option('--price-from <eur>', 'at least so many EUR (recurring: in 30 days)')
      .option('--price-to <eur>', 'at most so many EUR')
      .option('--rating <stars>', 'on average at least so many stars')
      .option('--sort <order>', 'relevance, newest, rating, price')
      .option('--limit <n>', 'how many, at most 100', '20')
      .option('--json', 'the answer of the API, as JSON'),
  ).action(async (text: string, options: SearchOptions) => (await steps()).search(text, options))
  withWhere(
    market
      .command('show')
      .description(
        'Everything about one listing, and whether its document is the one that the chain holds the digest of.',
      )
      .argument('<listing>', 'its id (0x and 64 hex digits)')
      .option('--json', 'one JSON object for machines'),
  ).action(async (listing: string, options: ShowOptions) => (await steps()).show(listing, options))
  auditVerb(market)
}

/** Loaded when a verb is used, not when its help is shown. */
const steps = () => import('./steps.ts')
