import type { PricePlan, ProposalDocument } from '@opem/domain'
import { useState } from 'react'
import { proposeService } from '../../actions/innovation-actions.ts'
import { Sending } from '../../actions/Sending.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { type ShownInnovation, writeProposal } from '../../api/innovation.ts'
import { useSettings } from '../../app/settings.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { Choice } from '../../parts/Choice.tsx'
import { messageOf } from '../../parts/Notice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { parseEur } from '../money.ts'
import { NeedWallet } from './NeedWallet.tsx'

const MONTH = 2_592_000
type Kind = 'one-time' | 'subscription' | 'pay-per-use'
const EMPTY = {
  ...{ title: '', description: '', plan: '', milestones: '', price: '', unit: '', units: '' },
  ...{ contract: '', notice: '30', privacy: '' },
}

/** One a line: what; days after the agreement. */
const milestonesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => /^(.+?);\s*(\d{1,4})\s*$/.exec(line.trim()))
    .flatMap((match) => (match ? [{ title: match[1]!.trim(), days: Number(match[2]) }] : []))

/** What a provider would build, for how much: read by who asked alone until it is chosen. */
export function ProposeSection({ request }: { request: ShownInnovation }) {
  const { addresses } = useSettings()
  const [it, setIt] = useState(EMPTY)
  const [kind, setKind] = useState<Kind>('subscription')
  const [problem, setProblem] = useState<string>()
  const { stage, run, busy } = useMarketAction(proposeService)
  const set = (field: keyof typeof EMPTY) => (text: string) => setIt({ ...it, [field]: text })
  const price = parseEur(it.price)
  const texts = [it.title, it.description, it.plan, it.contract, it.privacy].map((text) => text.trim())
  const perUse = kind === 'pay-per-use'
  const missing = firstMissing(
    [
      texts.some((text) => text === ''),
      'Fill in name, what you would build, how, the contract and personal data first.',
    ],
    [price === undefined || price <= 0, 'Give a price above 0 first, in euros like 12.50.'],
    [!/^\d{1,3}$/.test(it.notice), 'Give the notice in days, 0 to 999.'],
    [perUse && it.unit.trim() === '', 'Say what is counted first.'],
    [perUse && !/^\d{1,9}$/.test(it.units), 'Say how many in a year first.'],
  )
  const send = async () => {
    setProblem(undefined)
    try {
      const plan: PricePlan = {
        ...{ id: kind === 'subscription' ? 'monthly' : kind, kind, price: price! },
        ...(kind === 'subscription' ? { interval: MONTH } : {}),
        ...(perUse ? { unit: it.unit.trim() } : {}),
      }
      const [title, description, steps, contract, privacy] = texts as [string, string, string, string, string]
      const document: ProposalDocument = {
        schema: 'opem/innovation-proposal/1',
        ...{ request: request.id, title, description, plan: steps, milestones: milestonesOf(it.milestones) },
        ...{ price: plan, contract: { text: contract, noticeDays: Number(it.notice) }, privacy, listing: null },
        ...(perUse ? { unitsPerYear: Number(it.units) } : {}),
      }
      const { id, content, party: provider } = await writeProposal(request.id, document)
      await run({ contract: addresses.OpenInnovation, request: request.id, id, provider, content, title })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <section className="panel stack" aria-labelledby="propose">
      <h2 id="propose">Propose how you would build it</h2>
      <TextInput label="Name of your proposal" value={it.title} onChange={set('title')} />
      <TextBox label="What you would build" value={it.description} onChange={set('description')} />
      <TextBox label="How you go about it" value={it.plan} onChange={set('plan')} />
      <TextBox
        label="Milestones"
        hint="One a line, with days after the agreement: First model; 30"
        rows={3}
        value={it.milestones}
        onChange={set('milestones')}
      />
      <Choice
        label="How it is paid"
        value={kind}
        options={[
          { id: 'subscription', name: 'every 30 days' },
          { id: 'one-time', name: 'once' },
          { id: 'pay-per-use', name: 'for each use' },
        ]}
        onChange={setKind}
      />
      <TextInput label="Price" suffix="EUR" inputMode="decimal" value={it.price} onChange={set('price')} />
      {perUse ? (
        <>
          <TextInput label="What is counted" hint="Such as forecast." value={it.unit} onChange={set('unit')} />
          <TextInput label="How many in a year" inputMode="numeric" value={it.units} onChange={set('units')} />
        </>
      ) : null}
      <TextBox label="Draft of the contract" value={it.contract} onChange={set('contract')} />
      <TextInput label="Notice" suffix="days" inputMode="numeric" value={it.notice} onChange={set('notice')} />
      <TextBox
        label="Personal data"
        hint="What happens to it, or that there is none."
        rows={2}
        value={it.privacy}
        onChange={set('privacy')}
      />
      <NeedWallet>
        <Button look="main" missing={missing} isDisabled={busy} onPress={() => void send()}>
          {proposeService.title}
        </Button>
      </NeedWallet>
      <Sending problem={problem} stage={stage} />
    </section>
  )
}
