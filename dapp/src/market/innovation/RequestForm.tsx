import type { Hex, InnovationRequestDocument } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { requestService } from '../../actions/innovation-actions.ts'
import { Sending } from '../../actions/Sending.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { providersQuery, writeRequest } from '../../api/innovation.ts'
import { useSettings } from '../../app/settings.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { Checks } from '../../parts/Checks.tsx'
import { messageOf } from '../../parts/Notice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { parseEur } from '../money.ts'
import { NeedWallet } from './NeedWallet.tsx'

const EMPTY = { title: '', need: '', result: '', data: '', from: '', to: '', closes: '' }

/** One line for each: name; shape. @example dataOf('Load of the robots; MeterReading') */
const dataOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', template = ''] = line.split(';').map((part) => part.trim())
      return { name, template: template === '' ? 'any' : template }
    })

/** What is needed, from a template; kept here, its digest on the chain. */
export function RequestForm() {
  const { addresses } = useSettings()
  const navigate = useNavigate()
  const providers = useQuery(providersQuery)
  const [it, setIt] = useState(EMPTY)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<string>()
  const { stage, run, busy } = useMarketAction(requestService)
  const set = (field: keyof typeof EMPTY) => (text: string) => setIt({ ...it, [field]: text })
  const [from, to] = [parseEur(it.from), parseEur(it.to)]
  const closesAt = Date.parse(`${it.closes}T00:00:00Z`) / 1000
  const missing = firstMissing(
    [it.title.trim() === '', 'Say in a line what it is first.'],
    [it.need.trim() === '', 'Say what you need first.'],
    [it.result.trim() === '', 'Say what you expect first.'],
    [from === undefined || to === undefined || from > to, 'Give the budget first: from, and up to as much or more.'],
    [!(closesAt > Date.now() / 1000), 'Say until which day proposals may come first, as 2027-03-31.'],
  )
  const send = async () => {
    setProblem(undefined)
    try {
      const document: InnovationRequestDocument = {
        schema: 'opem/innovation-request/1',
        ...{ title: it.title.trim(), need: it.need.trim(), result: it.result.trim(), data: dataOf(it.data) },
        ...{ budget: { from: from!, to: to! }, closesAt },
      }
      const { id, content, party: user } = await writeRequest(document, chosen.length === 0 ? null : (chosen as Hex[]))
      const contract = addresses.OpenInnovation
      const receipt = await run({ contract, id, user, content, closesAt, title: document.title })
      if (receipt) navigate(`/innovation/${id}`)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <section className="panel stack" aria-labelledby="ask">
      <h2 id="ask">Ask for a service</h2>
      <TextInput label="What it is, in a line" value={it.title} onChange={set('title')} />
      <TextBox
        label="What you need"
        hint="What is missing today, and for whom."
        value={it.need}
        onChange={set('need')}
      />
      <TextBox
        label="Data that you have"
        hint="One a line, with its shape: Load of the robots; MeterReading"
        rows={3}
        value={it.data}
        onChange={set('data')}
      />
      <TextBox
        label="What you expect"
        hint="How you would know that it works."
        value={it.result}
        onChange={set('result')}
      />
      <TextInput
        label="Budget from"
        suffix="EUR"
        hint="Over the first year."
        inputMode="decimal"
        value={it.from}
        onChange={set('from')}
      />
      <TextInput
        label="Budget up to"
        suffix="EUR"
        inputMode="decimal"
        problem={from !== undefined && to !== undefined && from > to ? 'This is less than “Budget from”.' : undefined}
        value={it.to}
        onChange={set('to')}
      />
      <TextInput
        label="Proposals until"
        hint="The day from which nobody proposes any more, as 2027-03-31 (UTC)."
        problem={
          it.closes.length < 10 || closesAt > Date.now() / 1000 ? undefined : 'Give a day after today, as 2027-03-31.'
        }
        value={it.closes}
        onChange={set('closes')}
      />
      {(providers.data?.items.length ?? 0) === 0 ? null : (
        <Checks
          label="Who sees it: nobody chosen means every provider"
          options={providers.data!.items.map(({ account, name }) => ({ id: account, name }))}
          value={chosen}
          onChange={setChosen}
        />
      )}
      <NeedWallet>
        <Button look="main" missing={missing} isDisabled={busy} onPress={() => void send()}>
          {requestService.title}
        </Button>
      </NeedWallet>
      <Sending problem={problem} stage={stage} />
    </section>
  )
}
