import type { MarketAudit, MarketCheck, MarketCheckName } from '@opem/domain'
import { eur } from '../../format/money.ts'
import { plural } from '../../format/words.ts'

/** What each check is called, and what it is doing while it runs. */
export const CHECK_WORDS: Readonly<Record<MarketCheckName, { readonly name: string; readonly doing: string }>> = {
  events: { name: 'Events', doing: 'Blocks read' },
  states: { name: 'Contracts', doing: 'Questions to the contracts' },
  tokens: { name: 'Tokens', doing: 'Tokens counted' },
  signatures: { name: 'Signatures', doing: 'Signatures recovered' },
  index: { name: 'Index', doing: 'Kinds of entities of the index compared' },
}

/** The one line at the end. */
export function verdictOf({ ok, block, checks, escrow, parties }: MarketAudit): string {
  const found = (of: readonly MarketCheck[]) => of.reduce((sum, { findings }) => sum + findings.length, 0)
  const ofChain = found(checks.filter(({ name }) => name !== 'index'))
  if (ofChain > 0) return `The market is not sound up to block ${block}: ${plural(found(checks), 'finding')}.`
  const sound = `The market is sound up to block ${block}: ${eur(escrow.owed)} of ${plural(parties.length, 'party', 'parties')}, every balance rebuilt`
  if (!ok) return `${sound}; but the index says otherwise: ${plural(found(checks), 'finding')}.`
  return `${sound}${checks.some(({ skipped }) => skipped !== undefined) ? '; the index was not compared' : ''}.`
}

/** The command that does the same, as far as this page chose. */
export function commandOf(span: { readonly from?: number; readonly to?: number }, withIndex: boolean): string {
  const instant = (time: number) => new Date(time * 1000).toISOString().replace('.000', '')
  return [
    'npx opem market audit',
    ...(span.from === undefined ? [] : [`--from ${instant(span.from)}`]),
    ...(span.to === undefined ? [] : [`--to ${instant(span.to)}`]),
    ...(withIndex ? ['--index'] : []),
  ].join(' ')
}
