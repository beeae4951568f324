import type { Command } from 'commander'
import { changeVerbs } from './change.ts'
import { offerVerbs } from './offer.ts'
import { readVerbs } from './read.ts'

/** `opem agreement …`: contracts between providers and users, signed with a wallet's key. */
export function agreementCommand(program: Command): void {
  const agreement = program
    .command('agreement')
    .summary('contracts: request, sign, refuse, end, extend')
    .description(
      'Agreements between a provider and a user, as the wallet that --as names and that is signed in. The key signs what is shown in words; for a company it is a delegate on the chain (opem wallet issue).',
    )
  offerVerbs(agreement)
  readVerbs(agreement)
  changeVerbs(agreement)
}
