import type { AgreementDocument, AgreementTermsJson, Hex } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { concludeOnChain } from './on-chain.ts'
import { type AgreementOptions, agreementVerb, openParty, pairsOf, showAgreement, signTerms, wordsOf } from './party.ts'

interface Drafted {
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument
}

type Request = AgreementOptions & {
  listing: string
  plan: string
  parameter?: string[]
  meter?: string[]
  source?: string[]
  from?: string
  until?: string
  dryRun?: boolean
}

/** `opem agreement request|sign|refuse|withdraw`: from an offer to both signatures. */
export function offerVerbs(agreement: Command): void {
  agreementVerb(
    agreement,
    'request',
    'Offers to contract a listing: shows the agreement in words, signs it and sends it.',
  )
    .requiredOption('--listing <id>', 'the listing, 0x and 64 hex digits')
    .requiredOption('--plan <id>', 'one of its price plans')
    .option('--parameter <name=value...>', 'what is chosen')
    .option('--meter <data=meter...>', 'which of your meters gives which data')
    .option(
      '--source <data=id...>',
      'which data set of yours (its listing), or agreement of yours about data, gives which data',
    )
    .option('--from <instant>', 'begins then (default: now)')
    .option('--until <instant>', 'ends then (default: open)')
    .option('--dry-run', 'shows the words and signs nothing')
    .action(async (options: Request) => {
      const party = await openParty(options)
      const { api } = party.instance
      const drafted = await api.post<Drafted>('/v1/agreements/drafts', {
        ...{ listing: options.listing, plan: options.plan },
        ...{ parameters: pairsOf(options.parameter), meters: pairsOf(options.meter) },
        sources: pairsOf(options.source),
        ...(options.from && { start: options.from }),
        ...(options.until && { end: options.until }),
      })
      const words = wordsOf(drafted)
      if (options.dryRun) return print(options, drafted, words)
      const { terms, document } = drafted
      const signature = await signTerms(party, terms)
      const { id } = await api.post<{ id: Hex }>('/v1/agreements', { terms, document, signature })
      print(options, { id, terms }, [...words, '', `signed and sent: ${id}`])
    })

  agreementVerb(agreement, 'sign', 'Signs the other side’s offer and brings the agreement to the chain.')
    .argument('<id>', 'the agreement')
    .option('--relay', 'the marketplace brings it to the chain: your key holds no ether')
    .action(async (id: string, options: AgreementOptions & { relay?: boolean }) => {
      const party = await openParty(options)
      const shown = await showAgreement(party, id)
      if (shown.stage !== 'signed') {
        if (shown.turn !== shown.side || shown.document === null)
          throw refusal('ERR_NOT_YOUR_TURN', `The agreement is ${shown.stage}, and it is not your turn to answer.`)
        const words = wordsOf({ terms: shown.terms, document: shown.document })
        if (!options.json) process.stdout.write(`${words.join('\n')}\n\n`)
        const signature = await signTerms(party, shown.terms)
        await party.instance.api.post(`/v1/agreements/${id}/signatures`, { signature, relay: options.relay === true })
      }
      if (options.relay) {
        if (shown.stage === 'signed') await party.instance.api.post(`/v1/agreements/${id}/relays`, undefined)
        return print(options, { id, relayed: true }, ['signed; the marketplace brings it to the chain'])
      }
      const transaction = await concludeOnChain(party, await showAgreement(party, id))
      print(options, { id, transaction }, [`concluded: ${transaction}`])
    })

  agreementVerb(agreement, 'refuse', 'Refuses the other side’s offer.')
    .argument('<id>', 'the agreement')
    .requiredOption('--reason <text>', 'the other side reads it')
    .action(async (id: string, options: AgreementOptions & { reason: string }) => {
      const { instance } = await openParty(options)
      await instance.api.post(`/v1/agreements/${id}/refusals`, { reason: options.reason })
      print(options, { id, refused: true }, ['refused'])
    })

  agreementVerb(agreement, 'withdraw', 'Takes your own offer back while nobody has answered.')
    .argument('<id>', 'the agreement')
    .action(async (id: string, options: AgreementOptions) => {
      const { instance } = await openParty(options)
      await instance.api.post(`/v1/agreements/${id}/withdrawals`, undefined)
      print(options, { id, withdrawn: true }, ['withdrawn'])
    })
}
