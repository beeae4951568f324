import { costOverYear, type Hex } from '@opem/domain'
import { Link } from 'react-router'
import { chooseProposal, proposeService, withdrawProposal } from '../../actions/innovation-actions.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import type { Proposal, ShownInnovation } from '../../api/innovation.ts'
import { useSettings } from '../../app/settings.ts'
import { plural } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { planText } from '../money.ts'
import { CostCurve } from './CostCurve.tsx'
import { NeedWallet } from './NeedWallet.tsx'

/** Proposals side by side; who asked chooses one, a provider sees their own. */
export function CompareSection({ it }: { it: ShownInnovation }) {
  if (it.state === 'draft' || (it.proposals.length === 0 && !it.mine)) return null
  const most = Math.max(0, ...it.proposals.map(({ document }) => costOverYear(document).at(-1)!))
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">{it.mine ? 'Proposals' : 'Your proposal'}</h2>
      {it.proposals.length === 0 ? <p className="empty">None came yet.</p> : null}
      <ul className="cards compare">
        {it.proposals.map((one) => (
          <One key={one.id} it={it} one={one} most={most} />
        ))}
      </ul>
    </section>
  )
}

function One({ it, one, most }: { it: ShownInnovation; one: Proposal; most: number }) {
  const { document } = one
  return (
    <li className="panel card stack" aria-label={document.title}>
      <p className="eyebrow">
        {one.mine ? 'yours' : one.provider} · <span className="badge">{one.state}</span>
      </p>
      <h3>{document.title}</h3>
      <p>
        <strong>{planText(document.price)}</strong>
        {document.unitsPerYear === undefined ? '' : `, ${document.unitsPerYear} expected in a year`}
      </p>
      <CostCurve proposal={one} most={most} />
      <p className="lines">{document.description}</p>
      <p className="lines">{document.plan}</p>
      {document.milestones.length === 0 ? null : (
        <ol>
          {document.milestones.map(({ title, days }) => (
            <li key={`${days} ${title}`}>
              {title}, {plural(days, 'day')} after the agreement
            </li>
          ))}
        </ol>
      )}
      <details>
        <summary>Draft of the contract</summary>
        <p className="lines">{document.contract.text}</p>
        <p className="soft small">
          {plural(document.contract.noticeDays, 'day')} of notice. Personal data: {document.privacy}
        </p>
      </details>
      <Next it={it} one={one} />
    </li>
  )
}

/** What can be done with a proposal now, by whom looks. */
function Next({ it, one }: { it: ShownInnovation; one: Proposal }) {
  const { addresses } = useSettings()
  const choose = useMarketAction(chooseProposal)
  const withdraw = useMarketAction(withdrawProposal)
  const propose = useMarketAction(proposeService)
  const contract = addresses.OpenInnovation
  const { title } = one.document
  if (one.mine && one.state === 'draft')
    return it.state === 'open' ? (
      <>
        <p role="status">Nobody reads it yet: its transaction was not sent or is not through.</p>
        <NeedWallet>
          <Button
            look="main"
            isDisabled={propose.busy}
            onPress={() => {
              const { id, party: provider, content } = one
              void propose.run({ contract, request: it.id, id, provider, content, title })
            }}
          >
            {proposeService.title}
          </Button>
        </NeedWallet>
        <Journey stage={propose.stage} />
      </>
    ) : (
      <p>It was never sent, and the request takes no proposals any more.</p>
    )
  if (it.mine && it.state === 'open' && one.state === 'open')
    return (
      <>
        <NeedWallet>
          <Button
            look="main"
            isDisabled={choose.busy}
            onPress={() => void choose.run({ contract, request: it.id, id: one.id, title })}
          >
            {chooseProposal.title}
          </Button>
        </NeedWallet>
        <Journey stage={choose.stage} />
      </>
    )
  if (one.mine && one.state === 'open' && it.state === 'open')
    return (
      <>
        <NeedWallet>
          <Button isDisabled={withdraw.busy} onPress={() => void withdraw.run({ contract, id: one.id, title })}>
            {withdrawProposal.title}
          </Button>
        </NeedWallet>
        <Journey stage={withdraw.stage} />
      </>
    )
  if (one.state !== 'chosen' || one.listing === null) return null
  const published = one.listingState === 'published'
  if (one.agreement !== null && (it.mine || one.mine)) return <Contracted it={it} agreement={one.agreement} />
  if (it.mine)
    return published ? (
      <Contract it={it} listing={one.listing} />
    ) : (
      <p role="status">The provider prepares the listing for you. You are told when it can be contracted.</p>
    )
  return one.mine ? (
    <p>
      <Link className="button main" to={`/services/${one.listing}`}>
        {published ? 'Its listing' : 'Read the listing’s draft over and submit it'}
      </Link>
    </p>
  ) : null
}

/** The service can be contracted; in the agreement its user says where each of the data comes from. */
function Contract({ it, listing }: { it: ShownInnovation; listing: Hex }) {
  const names = it.document.data.map(({ name }) => name)
  return (
    <div className="stack">
      <p className="row">
        <Link className="button main" to={`/agreements/new?listing=${listing}`}>
          Contract it
        </Link>
      </p>
      {names.length === 0 ? null : (
        <p className="small">
          It needs {names.join('; ')}. In the agreement you choose for each a meter of yours, a data set of your own or
          one that you have contracted, or hand it over yourself. Nothing is given before both of you have signed.{' '}
          <Link to="/market?kind=data">Look for data in the market</Link>
        </p>
      )}
    </div>
  )
}

function Contracted({ it, agreement }: { it: ShownInnovation; agreement: Hex }) {
  return (
    <p>
      <Link className="button main" to={`/agreements/${agreement}`}>
        {it.mine ? 'Open your agreement' : 'Open the agreement'}
      </Link>
    </p>
  )
}
