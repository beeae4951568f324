import { Link } from 'react-router'
import type { ShownListing } from '../../api/listings.ts'
import { planText } from '../money.ts'
import { KIND_NAMES } from '../words.ts'
import { categoryName, countryName, periodName } from './names.ts'
import { Stars } from './Stars.tsx'

const MOST = 3

/** One listing of a list: what it is, of whom, for how much. */
export function ResultCard({ listing: it }: { listing: ShownListing }) {
  const where = it.region.length === 0 ? 'everywhere' : it.region.slice(0, MOST).map(countryName).join(', ')
  const more = it.region.length > MOST ? ` and ${it.region.length - MOST} more` : ''
  return (
    <li className="card result">
      <div className="row apart">
        <h3>
          <Link to={`/market/${it.listing}`}>{it.title}</Link>
        </h3>
        {it.state === 'published' ? null : <span className="badge warn">{it.state}</span>}
      </div>
      <p className="small soft">
        {it.provider.name || it.provider.address} · {KIND_NAMES[it.kind]} · {categoryName(it.category)}
      </p>
      <p>{it.summary}</p>
      <p className="small soft">
        {where}
        {more}
        {it.granularity === null ? '' : ` · ${periodName(it.granularity).toLowerCase()}`}
      </p>
      <div className="row apart">
        <ul className="plain prices" aria-label="Prices">
          {it.plans.slice(0, MOST).map((plan) => (
            <li key={plan.id} className="badge">
              {planText(plan)}
            </li>
          ))}
          {it.plans.length > MOST ? <li className="small soft">and {it.plans.length - MOST} more</li> : null}
        </ul>
        {it.rating === null ? <span className="small soft">Not rated yet</span> : <Stars {...it.rating} />}
      </div>
    </li>
  )
}
