import type { ListingDocument } from '@opem/domain'
import { Link } from 'react-router'
import { plural } from '../../format/words.ts'
import { Facts } from '../../parts/Facts.tsx'
import { planText } from '../money.ts'
import { categoryName, countryName, periodName } from '../search/names.ts'
import { KIND_NAMES } from '../words.ts'
import { DataOffered } from './DataOffered.tsx'

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

/** Its neighbours in chains, what it takes and gives; of a composed service the chain that it is. */
function WorksWith({ document: { composition: it, chain } }: { document: ListingDocument }) {
  if (chain !== undefined)
    return (
      <>
        <h3>The services that it is made of</h3>
        <ol className="chain" aria-label="The services that it is made of">
          {chain.steps.map(({ listing, title }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
            <li key={place}>
              <Link to={`/market/${listing}`}>{title}</Link>
            </li>
          ))}
        </ol>
        <p className="soft">
          The marketplace runs them one after the other, each under its provider’s agreement with the composer. You make
          one call, and are counted once.
        </p>
      </>
    )
  const said = [it.before, it.after, it.takes ?? [], it.gives ?? []]
  if (said.every((names) => names.length === 0)) return null
  return (
    <>
      <h3>Works together with</h3>
      <Facts
        of={[
          ['May come before it', list(it.before, 'what names it')],
          ['May come after it', list(it.after, 'what names it')],
          ['Takes', list(it.takes ?? [], 'not said')],
          ['Gives', list(it.gives ?? [], 'not said')],
          ['A chain calls it at', it.path ?? '/'],
        ]}
      />
    </>
  )
}

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
          ['Service', it.access.baseUrl ?? (it.chain === undefined ? 'not said' : 'a chain that the marketplace runs')],
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
      <WorksWith document={it} />
      {it.data === undefined ? null : <DataOffered data={it.data} />}
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
