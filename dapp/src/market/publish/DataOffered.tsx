import { type ListingDocument, policyWords, type ReadingsOffered, readOdrl } from '@opem/domain'
import { dayText } from '../../data/day-text.ts'
import { plural } from '../../format/words.ts'
import { Facts } from '../../parts/Facts.tsx'
import { countryName, periodName } from '../search/names.ts'

/** What a data set is and how it may be used, before anybody contracts it: sovereignty, volume, velocity, its end, its policy. */
export function DataOffered({ data: it }: { data: NonNullable<ListingDocument['data']> }) {
  const { readings } = it
  return (
    <>
      <h3>The data offered</h3>
      <p className="lines">{it.contents}</p>
      <Facts
        of={[
          [
            'Stored in',
            it.storageCountries.length === 0 ? 'any country' : it.storageCountries.map(countryName).join(', '),
          ],
          [
            'Something new comes',
            it.updates === 'once' ? 'never: it is whole' : `every ${periodName(it.updates).toLowerCase()}`,
          ],
          ...(readings === undefined ? [] : factsOf(readings)),
        ]}
      />
      {readings === undefined ? null : <Policy odrl={readings.policy} />}
    </>
  )
}

const factsOf = (it: ReadingsOffered): (readonly [string, string])[] => [
  [
    'Form',
    it.form === 'aggregate'
      ? `sums alone, of at least ${plural(it.leastSubjects, 'person', 'people')}`
      : 'each meter under an invented name',
  ],
  [
    'Time',
    `from ${instantDay(it.from)} ${it.to === null ? 'on: it goes on' : `until ${instantDay(it.to)}`}, days of ${it.timeZone}`,
  ],
  [
    'Volume',
    `${plural(it.volume.readings, 'reading')} of ${plural(it.volume.meters, 'meter')}, counted on ${instantDay(it.volume.countedAt)}`,
  ],
  ['Who may process them', it.processors],
  ['At the end', it.termination],
]

const instantDay = (text: string) => dayText(Date.parse(text) / 1000)

/** A policy in sentences, and as the ODRL that both parties sign. */
function Policy({ odrl }: { odrl: ReadingsOffered['policy'] }) {
  const read = readOdrl(odrl)
  return (
    <>
      <h3>How they may be used</h3>
      {read.ok ? (
        <ul aria-label="The policy in words">
          {policyWords(read.policy).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p>Its policy is not understood here, so nobody can download them.</p>
      )}
      <details>
        <summary>As ODRL</summary>
        <pre>{JSON.stringify(odrl, null, 2)}</pre>
      </details>
    </>
  )
}
