import type { AgreementDocument, Hex } from '@opem/domain'
import { problemOf } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useConnection } from 'wagmi'
import {
  agreementQuery,
  type ChoicesOffered,
  choicesQuery,
  type DraftAgreement,
  draftAgreementOf,
  type Parameter,
  type Plan,
  sendOffer,
} from '../api/agreements.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { WalletStep } from '../app/WalletStep.tsx'
import { hexOf } from '../format/hex.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { useTitle } from '../parts/title.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { For } from '../session/For.tsx'
import { choicesOf } from './choices-of.ts'
import { DataSource, type SourceChoice } from './DataSource.tsx'
import { TermsChecks, TermsShown } from './TermsShown.tsx'
import { useSignTerms } from './use-sign-terms.ts'
import { priceText } from './words.ts'

/** Contracting a listing: choose, read, sign. */
export const NewAgreementPage = () => (
  <For need={{ kind: 'capability', capability: 'contracting' }} title="Contract a service">
    <Page />
  </For>
)

function Page() {
  useTitle('Contract a service')
  const [search] = useSearchParams()
  const listing = hexOf(search.get('listing') ?? undefined, 32)
  if (listing === undefined)
    return (
      <Notice tone="warn" title="No listing was named">
        <p>Choose a service or data set in the market first.</p>
      </Notice>
    )
  return <Contract listing={listing} again={hexOf(search.get('again') ?? undefined, 32)} />
}

/** @param again an earlier agreement, whose choices are chosen already where they are still offered */
function Contract({ listing, again }: { listing: Hex; again: Hex | undefined }) {
  const choices = useQuery(choicesQuery(listing))
  const before = useQuery({ ...agreementQuery(again ?? ''), enabled: again !== undefined })
  const [draft, setDraft] = useState<DraftAgreement>()
  if (choices.error) return <ReadProblem error={choices.error} retry={() => choices.refetch()} />
  if (choices.data === undefined || before.isLoading) return <Waiting what="the listing" />
  return (
    <>
      <header className="page-head">
        <h1>Contract “{choices.data.title}”</h1>
        <p className="soft">
          From {choices.data.provider.name}. Nothing is agreed before both of you have signed the same words.
        </p>
      </header>
      <div className="sections">
        {draft === undefined ? (
          <ChoicesForm offered={choices.data} before={before.data?.document ?? undefined} onDraft={setDraft} />
        ) : (
          <SignDraft draft={draft} back={() => setDraft(undefined)} />
        )}
      </div>
    </>
  )
}

const planName = ({ id, kind, price, interval = 0, unit }: Plan): string => {
  const plan = ['free', 'one-time', 'subscription', 'pay-per-use', 'bank'].indexOf(kind)
  return `${id}: ${priceText({ plan, price: String(price), interval } as never, unit)}`
}

function ChoicesForm({
  offered,
  before,
  onDraft,
}: {
  offered: ChoicesOffered
  before: AgreementDocument | undefined
  onDraft: (draft: DraftAgreement) => void
}) {
  const [chosenBefore] = useState(() => choicesOf(before, offered))
  const [plan, setPlan] = useState(chosenBefore.plan)
  const [parameters, setParameters] = useState(chosenBefore.parameters)
  const [data, setData] = useState(chosenBefore.data)
  const [start, setStart] = useState('')
  const [end, setEnd] = useState('')
  const own = offered.meters.map(({ meter }) => meter)
  const make = useMutation({
    mutationFn: () =>
      draftAgreementOf({
        ...{ listing: offered.listing, plan: plan!, meters: chosen(data, 'meter'), sources: chosen(data, 'source') },
        parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value.trim() !== '')),
        ...(start === '' ? {} : { start: `${start}T00:00:00Z` }),
        ...(end === '' ? {} : { end: `${end}T00:00:00Z` }),
      }),
    onSuccess: onDraft,
  })
  const needed = offered.parameters.find(({ name, required }) => required && (parameters[name] ?? '').trim() === '')
  return (
    <section className="panel stack" aria-labelledby="choose">
      <h2 id="choose">Choose</h2>
      <Choice
        label="Price plan"
        placeholder="Choose a plan"
        value={plan}
        options={offered.plans.map((one) => ({ id: one.id, name: planName(one) }))}
        onChange={setPlan}
      />
      {offered.parameters.map((one) => (
        <ParameterField
          key={one.name}
          parameter={one}
          meters={own}
          value={parameters[one.name] ?? ''}
          onChange={(value) => setParameters({ ...parameters, [one.name]: value })}
        />
      ))}
      {offered.dataNeeded.map((needed) => (
        <DataSource
          key={needed.name}
          needed={needed}
          offered={offered}
          value={data[needed.name]}
          onChange={(next) => setData({ ...data, [needed.name]: next })}
        />
      ))}
      <div className="form-grid">
        <TextInput
          label="From"
          type="date"
          value={start}
          onChange={setStart}
          hint="Left empty: from now on. Days begin at 00:00 UTC."
        />
        <TextInput label="Until" type="date" value={end} onChange={setEnd} hint="Left empty: without an end." />
      </div>
      <p>
        <Button
          look="main"
          missing={firstMissing(
            [plan === undefined, 'Choose a price plan first.'],
            [needed !== undefined, `Fill in “${needed?.label}” first.`],
          )}
          isDisabled={make.isPending}
          onPress={() => make.mutate()}
        >
          Show the agreement
        </Button>
      </p>
      {make.error === null ? null : <Refusal error={make.error} title="This cannot be agreed" />}
    </section>
  )
}

/** Of what was chosen for each data that is needed, what is of one kind. */
const chosen = (data: Readonly<Record<string, SourceChoice>>, kind: 'meter' | 'source'): Record<string, string> =>
  Object.fromEntries(Object.entries(data).flatMap(([name, it]) => (it.kind === kind ? [[name, it.id]] : [])))

function ParameterField({
  parameter: { label, type, required, choices, unit },
  meters,
  value,
  onChange,
}: {
  parameter: Parameter
  meters: readonly string[]
  value: string
  onChange: (value: string) => void
}) {
  const options = type === 'choice' ? choices : type === 'meter' ? meters : undefined
  if (options !== undefined)
    return (
      <Choice
        label={label}
        value={value === '' ? undefined : value}
        options={options.map((id) => ({ id, name: unit === undefined ? id : `${id} ${unit}` }))}
        onChange={onChange}
      />
    )
  const problem = value.trim() === '' ? undefined : problemOf(type, value.trim(), choices, meters)
  return (
    <TextInput
      label={label}
      type={type === 'date' ? 'date' : 'text'}
      {...(unit === undefined ? {} : { suffix: unit })}
      hint={required ? 'needed' : 'may be left empty'}
      value={value}
      onChange={onChange}
      problem={problem}
    />
  )
}

function SignDraft({ draft, back }: { draft: DraftAgreement; back: () => void }) {
  const { isConnected } = useConnection()
  const wallet = useWalletNeed()
  const navigate = useNavigate()
  const signTerms = useSignTerms()
  const send = useMutation({
    mutationFn: async () => {
      const { terms, document } = draft
      return sendOffer({ terms, document, signature: await signTerms({ terms, document }) })
    },
    onSuccess: ({ id }) => navigate(`/agreements/${id}`),
  })
  return (
    <>
      <section className="panel" aria-labelledby="read">
        <h2 id="read">The agreement in words</h2>
        <TermsShown terms={draft.terms} document={draft.document} />
        <TermsChecks terms={draft.terms} document={draft.document} />
      </section>
      {isConnected ? null : <WalletStep />}
      <section className="panel stack" aria-labelledby="sign">
        <h2 id="sign">Sign</h2>
        <p>
          Your wallet shows the same values. The provider then signs, refuses or offers other terms; nothing is sent to
          the chain before.
        </p>
        <p className="row">
          <Button
            look="main"
            missing={wallet.missing}
            isDisabled={wallet.waits || send.isPending}
            onPress={() => send.mutate()}
          >
            Sign and send the offer
          </Button>
          <Button onPress={back}>Change the choices</Button>
        </p>
        {send.error === null ? null : <Refusal error={send.error} title="The offer was not sent" />}
      </section>
    </>
  )
}
