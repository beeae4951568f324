import {
  contentDigest,
  DATA_PURPOSES,
  type DataPurpose,
  dataConsentTypedData,
  dataPurposes,
  formatInstant,
} from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { sha256 } from 'viem'
import { useSignTypedData } from 'wagmi'
import { type AskedOf, dataConsentsQuery, giveDataConsent, withdrawDataConsent } from '../api/data.ts'
import { useNow } from '../app/now.ts'
import { useSettings } from '../app/settings.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { useTitle } from '../parts/title.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { For } from '../session/For.tsx'
import { dayText } from './day-text.ts'

/** Who asks for readings of one's meters, and what one allows. */
export const ConsentsPage = () => (
  <For need={{ kind: 'session' }} title="My readings">
    <Page />
  </For>
)

function Page() {
  useTitle('My readings')
  const found = useQuery(dataConsentsQuery)
  return (
    <>
      <header className="page-head">
        <h1>My readings</h1>
        <p className="soft">
          Who wants to share readings of your meters with others. They are in a data set only while you consent.
        </p>
      </header>
      <div className="sections">
        {found.error ? (
          <ReadProblem error={found.error} retry={() => found.refetch()} />
        ) : found.data === undefined ? (
          <Waiting what="what you are asked for" />
        ) : found.data.asked.length === 0 ? (
          <p className="soft">Nobody asks for readings of yours.</p>
        ) : (
          <ul className="people" aria-label="Data sets">
            {found.data.asked.map((one) => (
              <One key={`${one.listing} ${one.meter}`} asked={one} />
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

const nameOf = (purpose: string) => DATA_PURPOSES[purpose as DataPurpose] ?? purpose

function One({ asked }: { asked: AskedOf }) {
  const { title, provider, meter, form, leastSubjects, words, consent, downloads, from, to } = asked
  const counts = consent?.counts === true
  return (
    <li aria-label={`${title}, ${meter}`}>
      <h2>
        {title} <span className="badge">{counts ? 'shared' : 'not shared'}</span>
      </h2>
      <p className="small soft">
        {provider} asks for the meter {meter}, from {dayText(from)} {to === null ? 'on' : `to ${dayText(to)}`}.{' '}
        {form === 'aggregate'
          ? `Only sums of at least ${leastSubjects} people are given away, of those who consent to every purpose.`
          : 'Your readings are given away under an invented name.'}
      </p>
      <ul>
        {words.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {consent === null || counts ? null : (
        <Notice tone="warn" title="It asks more than you consented to">
          <p>
            Its provider described it anew since. Whoever contracted it before still gets your readings as you allowed;
            for others you are asked again.
          </p>
        </Notice>
      )}
      {consent === null ? null : <Withdraw consent={consent} downloads={downloads} />}
      {counts ? null : <Give asked={asked} />}
    </li>
  )
}

function Give({ asked }: { asked: AskedOf }) {
  const [purposes, setPurposes] = useState<string[]>([])
  const [days, setDays] = useState('365')
  const sign = useSignTypedData()
  const settings = useSettings()
  const now = useNow()
  const queries = useQueryClient()
  const count = Number(days)
  const give = useMutation({
    mutationFn: async () => {
      const salt = crypto.getRandomValues(new BigUint64Array(1))[0]!
      const { listing: dataSet, meter, form } = asked
      const until = now + count * 86_400
      // What is shown is what is signed.
      const terms = contentDigest(asked.terms, sha256)
      const chosen = dataPurposes.filter((one) => purposes.includes(one))
      const signature = await sign.mutateAsync(
        dataConsentTypedData({
          ...{ chainId: settings.chainId, listings: settings.addresses.ListingRegistry },
          consent: { dataSet, meter, purposes: chosen, form, terms, until, salt },
        }),
      )
      await giveDataConsent({
        ...{ dataSet, meter, purposes: chosen, form, terms, until: formatInstant(until) },
        ...{ salt: salt.toString(), signature },
      })
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['data', 'consents'] }),
  })
  return (
    <div className="stack">
      <Checks
        label="I consent to"
        options={asked.purposes.map((id) => ({ id, name: nameOf(id) }))}
        value={purposes}
        onChange={setPurposes}
      />
      <TextInput label="For how many days" inputMode="numeric" value={days} onChange={setDays} />
      <Button
        look="main"
        missing={firstMissing(
          [purposes.length === 0, 'Choose at least one purpose first.'],
          [!Number.isInteger(count) || count < 1, 'Give a whole number of days, from 1.'],
        )}
        isDisabled={give.isPending}
        onPress={() => give.mutate()}
      >
        {give.isPending ? 'Sign in your wallet …' : 'Consent, with my wallet'}
      </Button>
      {give.error ? <Refusal error={give.error} title="Not consented" /> : null}
    </div>
  )
}

function Withdraw({ consent, downloads }: { consent: NonNullable<AskedOf['consent']>; downloads: number }) {
  const queries = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => withdrawDataConsent(consent.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['data', 'consents'] }),
  })
  return (
    <div className="stack">
      <p>
        You consent to {consent.purposes.map(nameOf).join(', ')} until {dayText(consent.until)}. The data set was
        downloaded {downloads === 1 ? 'once' : `${downloads} times`} since.
      </p>
      <Button isDisabled={withdraw.isPending} onPress={() => withdraw.mutate()}>
        Withdraw
      </Button>
      {withdraw.error ? <Refusal error={withdraw.error} title="Not withdrawn" /> : null}
    </div>
  )
}
