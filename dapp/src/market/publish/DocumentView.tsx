import type { ListingDocument } from '@opem/domain'
import { plural } from '../../format/words.ts'
import { Facts } from '../../parts/Facts.tsx'
import { planText } from '../money.ts'
import { categoryName, countryName, periodName } from '../search/names.ts'
import { KIND_NAMES } from '../words.ts'

const list = (items: readonly string[], none: string) => (items.length === 0 ? none : items.join(', '))

/** Text with its line breaks; never anything but text. */
export const Paragraphs = ({ text }: { text: string }) => <p className="lines">{text}</p>

const Lines = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? (
    <p className="soft">None.</p>
  ) : (
    <ul>
      {of.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )

/** A whole listing document as people read it. */
export function DocumentView({ document: it }: { document: ListingDocument }) {
  return (
    <div className="stack document">
      <p>
        <strong>{it.summary}</strong>
      </p>
      <Paragraphs text={it.description} />
      <Facts
        of={[
          ['Kind', KIND_NAMES[it.kind]],
          ['Category', categoryName(it.category)],
          ['Keywords', list(it.keywords, 'none')],
          ['Countries', list(it.region.map(countryName), 'everywhere')],
          ['Periods', it.granularity === undefined ? 'any' : periodName(it.granularity)],
          ['Notice', plural(it.contract.noticeDays, 'day')],
          ['Service', it.access.baseUrl ?? 'not said'],
          ['Documentation', it.access.documentation ?? 'not said'],
        ]}
      />
      <h3>Prices</h3>
      <Lines of={it.plans.map(planText)} />
      <h3>Technical requirements</h3>
      <Lines of={it.requirements.technical} />
      <h3>Functional requirements</h3>
      <Lines of={it.requirements.functional} />
      <h3>Non-functional requirements</h3>
      <Lines of={it.requirements.nonFunctional} />
      <h3>Data that the user gives</h3>
      <Lines
        of={it.dataNeeded.map(({ name, template, granularity, unit }) =>
          [name, template, granularity && periodName(granularity), unit].filter(Boolean).join(' · '),
        )}
      />
      <h3>What the user chooses</h3>
      <Lines
        of={it.parameters.map(({ label, type, choices, unit, required }) =>
          [`${label} (${type}${unit ? `, ${unit}` : ''})`, choices?.join(' / '), required ? 'required' : 'optional']
            .filter(Boolean)
            .join(' · '),
        )}
      />
      {it.data === undefined ? null : (
        <>
          <h3>The data offered</h3>
          <Paragraphs text={it.data.contents} />
          <p className="soft">
            Stored in {list(it.data.storageCountries.map(countryName), 'any country')}; something new: {it.data.updates}
          </p>
        </>
      )}
      <h3>Contract</h3>
      <Paragraphs text={it.contract.text} />
      <h3>Terms of use</h3>
      <Paragraphs text={it.terms.text} />
      {it.terms.url === undefined ? null : <p className="mono">{it.terms.url}</p>}
      <h3>Privacy</h3>
      <Paragraphs text={it.privacy.text} />
    </div>
  )
}
