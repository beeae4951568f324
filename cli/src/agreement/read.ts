import type { AgreementTermsJson } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { openCaller } from '../instance/caller.ts'
import { openInstance } from '../instance/instance.ts'
import { print } from '../print.ts'
import { openAccess } from '../wallet/access.ts'
import { type AgreementOptions, agreementVerb, openParty, showAgreement, wordsOf } from './party.ts'

interface Line {
  readonly id: string
  readonly title: string | null
  readonly side: string
  readonly other: string | null
  readonly stage: string
  readonly turn: string | null
  readonly instance: string | null
  readonly terms: AgreementTermsJson
}

/** `opem agreement list|show|credential`: what there is, and the line in one's own credential. */
export function readVerbs(agreement: Command): void {
  agreementVerb(agreement, 'list', 'Your agreements and offers, the newest first.')
    .option('--side <side>', 'consumer or provider alone')
    .action(async (options: AgreementOptions & { side?: string }) => {
      const { api } = await openInstance(options)
      const items: Line[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const query = new URLSearchParams({
          limit: '100',
          ...(options.side && { side: options.side }),
          ...(after && { after }),
        })
        const page: { items: Line[]; next: string | null } = await api.get(`/v1/agreements?${query}`)
        items.push(...page.items)
        after = page.next
      }
      const said = items.map(
        (one) =>
          `${one.id}  ${one.stage}${one.turn === one.side ? ' (your turn)' : ''}  ${one.title ?? ''} · ${one.side}${one.other ? ` · ${one.other}` : ''}${one.instance ? ` · service ${one.instance}` : ''}`,
      )
      print(options, { agreements: items }, said.length === 0 ? ['no agreement yet'] : said)
    })

  agreementVerb(agreement, 'show', 'One agreement in words, and where it stands.')
    .argument('<id>', 'the agreement')
    .action(async (id: string, options: AgreementOptions) => {
      const shown = await showAgreement(await openParty(options), id)
      const words = shown.document ? wordsOf({ terms: shown.terms, document: shown.document }) : []
      print(options, shown, [
        `${shown.stage}${shown.turn === shown.side ? ', your turn' : ''}${shown.reason ? `: ${shown.reason}` : ''}`,
        ...words,
        ...shown.events.map(({ at, what }) => `${at} ${what}`),
        ...(shown.credential ? [`credential v${shown.credential.version ?? '…'} ${shown.credential.state}`] : []),
      ])
    })

  agreementVerb(agreement, 'credential', 'Takes the Account credential with the agreement’s line and presents it back.')
    .argument('<id>', 'the agreement')
    .action(async (id: string, options: AgreementOptions) => {
      const party = await openParty(options)
      const { credential } = await showAgreement(party, id)
      if (credential?.state === 'in-force')
        return print(options, credential, [`credential v${credential.version} is in force`])
      if (!credential?.credential)
        throw refusal(
          'ERR_CREDENTIAL_WAITS',
          'There is none to take yet: a company’s wallet takes its own, and a person’s is issued within seconds.',
        )
      const { openHolderOf } = await import('../wallet/open.ts')
      const { holder } = await openHolderOf(party.wallet, options)
      const kept = await holder.receive(credential.credential, 'marketplace', 'accepted')
      const access = openAccess(party.instance.api.url, undefined, await openCaller(party.instance.home, party.wallet))
      const { challenge, audience } = await access.challenge('receipt')
      const jwt = await holder.present({ challenge, audience, operation: 'receipt', credentials: [kept.hash] })
      await access.post('/v1/access/receipts', { presentation: { kind: 'vp-jwt', jwt } })
      print(options, { version: credential.version, hash: kept.hash }, [
        `credential v${credential.version} is in force; sign in again: opem wallet sign-in ${party.wallet}`,
      ])
    })
}
