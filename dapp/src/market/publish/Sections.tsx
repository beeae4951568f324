import { GRANULARITIES, LISTING_KINDS, PARAMETER_TYPES, PRICE_PLAN_KINDS, SERVICE_CATEGORIES } from '@opem/domain'
import { Choice } from '../../parts/Choice.tsx'
import { KIND_NAMES, PLAN_NAMES } from '../words.ts'
import { ChainAt, CompositionFields } from './CompositionFields.tsx'
import { ChoiceAt, EurAt, ItemsAt, LinesAt, NumberAt, ParagraphsAt, TextAt, useField } from './fields.tsx'
import { HeldData } from './HeldData.tsx'
import type { SectionId } from './sections.ts'

const kinds = LISTING_KINDS.map((id) => ({ id, name: KIND_NAMES[id] }))
const plans = PRICE_PLAN_KINDS.map((id) => ({ id, name: PLAN_NAMES[id] }))
const GRANULARITY_NAMES: Record<(typeof GRANULARITIES)[number], string> = {
  PT1M: 'One minute',
  PT5M: 'Five minutes',
  PT15M: 'A quarter of an hour',
  PT30M: 'Half an hour',
  PT1H: 'An hour',
  P1D: 'A day',
  P1W: 'A week',
  P1M: 'A month',
  P1Y: 'A year',
}
const granularities = GRANULARITIES.map((id) => ({ id, name: GRANULARITY_NAMES[id] }))
const categories = Object.entries(SERVICE_CATEGORIES)
  .map(([code, name]) => `${code} ${name}`)
  .join(' · ')
const upper = (line: string) => line.toUpperCase()

const Basics = () => (
  <>
    <ChoiceAt at="kind" label="Kind" options={kinds} />
    <TextAt at="title" label="Title" />
    <ParagraphsAt at="summary" label="Summary" rows={2} hint="One or two sentences; lists of results show it." />
    <ParagraphsAt at="description" label="Description" rows={8} hint="Plain text; an empty line begins a paragraph." />
    <TextAt at="category" label="Category" hint="A code like E6.2, or an own word in lower case like weather." />
    <details>
      <summary>Codes of services</summary>
      <p className="small soft">{categories}</p>
    </details>
    <LinesAt at="keywords" label="Keywords" />
    <LinesAt at="region" label="Countries" hint="Two letters each, like ES. None: everywhere." rows={2} map={upper} />
    <ChoiceAt at="granularity" label="Length of its periods" options={granularities} none="Does not matter" />
  </>
)

const Requirements = () => (
  <>
    <LinesAt at="requirements.technical" label="Technical" hint="Interfaces, formats, what has to be reachable." />
    <LinesAt at="requirements.functional" label="Functional" hint="What it gives, when, and what it does not." />
    <LinesAt at="requirements.nonFunctional" label="Non-functional" hint="Availability, speed, limits, support." />
  </>
)

const Needs = () => (
  <>
    <ItemsAt
      at="dataNeeded"
      label="Data that the user gives"
      name="data"
      blank={() => ({ name: '', template: 'MeterReading' })}
    >
      {(path) => (
        <div className="form-grid">
          <TextAt at={`${path}.name`} label="What" />
          <TextAt at={`${path}.template`} label="Shape" hint="Like MeterReading" />
          <ChoiceAt at={`${path}.granularity`} label="Periods" options={granularities} none="Any" />
          <TextAt at={`${path}.unit`} label="Unit" optional />
        </div>
      )}
    </ItemsAt>
    <ItemsAt
      at="parameters"
      label="What the user chooses"
      name="parameter"
      blank={() => ({ name: '', label: '', type: 'text', required: true })}
    >
      {(path) => <Parameter path={path} />}
    </ItemsAt>
  </>
)

const types = PARAMETER_TYPES.map((id) => ({ id, name: id[0]!.toUpperCase() + id.slice(1) }))

function Parameter({ path }: { path: string }) {
  const { value: type } = useField(`${path}.type`)
  const required = useField(`${path}.required`)
  return (
    <div className="form-grid">
      <TextAt at={`${path}.label`} label="Question" />
      <TextAt at={`${path}.name`} label="Name" hint="For machines: letters and digits" />
      <ChoiceAt at={`${path}.type`} label="Answer" options={types} />
      {type === 'choice' ? <LinesAt at={`${path}.choices`} label="Choices" /> : null}
      <TextAt at={`${path}.unit`} label="Unit" optional />
      <label className="check">
        <input
          type="checkbox"
          checked={required.value === true}
          onChange={(event) => required.set(event.target.checked)}
        />
        <span>Has to be answered</span>
      </label>
    </div>
  )
}

const Contract = () => (
  <>
    <ParagraphsAt at="contract.text" label="Contract" rows={10} hint="Duties of both sides, and how it ends." />
    <NumberAt at="contract.noticeDays" label="Notice" suffix="days" />
    <ParagraphsAt at="terms.text" label="Terms of use" rows={6} />
    <TextAt at="terms.url" label="Where the terms are published" hint="https://…, if they are" optional />
    <ParagraphsAt at="privacy.text" label="Privacy" rows={4} hint="Which personal data, what for, how long; or none." />
  </>
)

const Prices = () => (
  <ItemsAt
    at="plans"
    label="Price plans"
    name="price plan"
    blank={() => ({ id: `plan-${Math.random().toString(36).slice(2, 6)}`, kind: 'one-time', price: '' })}
  >
    {(path) => <Plan path={path} />}
  </ItemsAt>
)

/** How often a subscription or a bank transfer is due, in days. */
const INTERVALS = [
  { id: '86400', name: 'Every day' },
  { id: '604800', name: 'Every week' },
  { id: '2592000', name: 'Every 30 days' },
  { id: '7776000', name: 'Every 90 days' },
  { id: '31536000', name: 'Every 365 days' },
] as const

function Plan({ path }: { path: string }) {
  const kind = useField(`${path}.kind`)
  const whole = useField(path)
  const interval = useField(`${path}.interval`)
  const plan = (whole.value ?? {}) as { id?: unknown; price?: unknown }
  return (
    <div className="form-grid">
      {/* Another kind is asked other things: what no longer belongs to the plan goes with it. */}
      <ChoiceKind
        value={kind.value}
        onChange={(next) => whole.set({ id: plan.id, kind: next, price: next === 'free' ? 0 : (plan.price ?? '') })}
      />
      {kind.value === 'free' ? null : <EurAt at={`${path}.price`} label="Price" />}
      {kind.value === 'subscription' || kind.value === 'bank' ? (
        <ChoiceKind
          label="How often"
          options={INTERVALS}
          value={interval.value === undefined ? undefined : String(interval.value)}
          onChange={(next) => interval.set(Number(next))}
          problem={interval.problem ?? (interval.value === undefined ? 'Choose how often it is paid.' : undefined)}
        />
      ) : null}
      {kind.value === 'pay-per-use' ? (
        <>
          <TextAt at={`${path}.unit`} label="What is counted" hint="Like forecast" />
          <EurAt at={`${path}.credit`} label="Credit" hint="That may be used before it is paid" optional />
        </>
      ) : null}
      <TextAt at={`${path}.id`} label="Name of the plan" hint="For machines: letters, digits, hyphens" />
    </div>
  )
}

function ChoiceKind({
  label = 'Plan',
  options = plans,
  value,
  onChange,
  problem,
}: {
  label?: string
  options?: readonly { id: string; name: string }[]
  value: unknown
  onChange: (next: string) => void
  problem?: string | undefined
}) {
  return (
    <div className="field">
      <Choice
        label={label}
        options={options}
        value={value as string | undefined}
        onChange={onChange}
        placeholder="Choose"
      />
      {problem === undefined ? null : <span className="field-problem">{problem}</span>}
    </div>
  )
}

function Access() {
  const { value: chain } = useField('chain')
  return (
    <>
      {chain === undefined ? (
        <TextAt at="access.baseUrl" label="Address of the service" hint="https://…, which the gateway asks" optional />
      ) : (
        <ChainAt />
      )}
      <TextAt at="access.documentation" label="Documentation" hint="https://…" optional />
    </>
  )
}

const Data = () => (useField('data.readings').value === undefined ? <OtherData /> : <HeldData />)

const OtherData = () => (
  <>
    <ParagraphsAt at="data.contents" label="Contents" rows={4} hint="What was measured, of what, how." />
    <LinesAt
      at="data.storageCountries"
      label="Countries it may be stored in"
      hint="None: anywhere."
      rows={2}
      map={upper}
    />
    <ChoiceAt
      at="data.updates"
      label="Something new comes"
      options={[{ id: 'once', name: 'Never: it is whole' }, ...granularities]}
    />
  </>
)

/** The fields of each section. */
export const SECTION_FIELDS: Record<SectionId, () => React.ReactNode> = {
  basics: Basics,
  requirements: Requirements,
  needs: Needs,
  contract: Contract,
  prices: Prices,
  access: Access,
  composition: CompositionFields,
  data: Data,
}
