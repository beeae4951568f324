import { extensionTypedData, type Hex, parseInstant } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { extendOnChain, terminateOnChain } from './on-chain.ts'
import { type AgreementOptions, agreementVerb, openParty, showAgreement } from './party.ts'

const WEEK = 7 * 86_400

/** `opem agreement terminate|extend`: the end of an agreement. */
export function changeVerbs(agreement: Command): void {
  agreementVerb(agreement, 'terminate', 'Ends an agreement for your side, with its notice. This cannot be taken back.')
    .argument('<id>', 'the agreement')
    .requiredOption('--reason <text>', 'the other side reads it; on the chain is its digest')
    .action(async (id: string, options: AgreementOptions & { reason: string }) => {
      const party = await openParty(options)
      const shown = await showAgreement(party, id)
      const { digest } = await party.instance.api.post<{ digest: Hex }>(`/v1/agreements/${id}/reasons`, {
        reason: options.reason,
      })
      const transaction = await terminateOnChain(party, shown, digest)
      print(options, { id, transaction }, [`ended: ${transaction}`])
    })

  agreementVerb(agreement, 'extend', 'Offers a later end, or agrees to the one that the other side offers.')
    .argument('<id>', 'the agreement')
    .option('--until <instant>', '"open" for no end; left out: the end that the other side offers')
    .option('--relay', 'the marketplace brings it to the chain, once both have signed: your key holds no ether')
    .action(async (id: string, options: AgreementOptions & { until?: string; relay?: boolean }) => {
      const party = await openParty(options)
      const { key, agreements, instance } = party
      const shown = await showAgreement(party, id)
      const offered =
        shown.extension?.state === 'open' && shown.extension.by !== shown.side ? shown.extension : undefined
      const end = options.until === undefined ? offered?.end : endOf(options.until)
      if (end === undefined)
        throw refusal('ERR_EXTENSION_END', 'The other side offers no later end: name one with --until.')
      const deadline = offered?.end === end ? offered.deadline : Math.floor(Date.now() / 1000) + WEEK
      const extension = { agreement: shown.id, end, deadline: BigInt(deadline) }
      const signature = await key.signTypedData!(
        extensionTypedData({ chainId: instance.chainId, agreements, extension }),
      )
      // Who only offers has nothing to be relayed yet.
      const relay = options.relay === true && offered?.end === end
      await instance.api.post(`/v1/agreements/${id}/extensions`, { end, deadline, signature, relay })
      if (relay) return print(options, { id, end, relayed: true }, ['signed; the marketplace brings it to the chain'])
      const after = await showAgreement(party, id)
      if (after.extension?.state !== 'signed')
        return print(options, { id, end, signed: 'one' }, ['signed; the other side answers'])
      const transaction = await extendOnChain(party, after)
      print(options, { id, end, transaction }, [`extended: ${transaction}`])
    })
}

function endOf(text: string): number {
  if (text === 'open') return 0
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  throw refusal('ERR_OPTION', `--until is "${text}": ${parsed.reason}`)
}
