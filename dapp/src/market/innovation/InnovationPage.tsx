import { type Hex, mayUse } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { requestService, withdrawRequest } from '../../actions/innovation-actions.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { innovationQuery, type ShownInnovation } from '../../api/innovation.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { useNow } from '../../app/now.ts'
import { useSettings } from '../../app/settings.ts'
import { hexOf } from '../../format/hex.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { Facts } from '../../parts/Facts.tsx'
import { isCode, Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import { useSession } from '../../session/session.ts'
import { eurText } from '../money.ts'
import { CompareSection } from './CompareSection.tsx'
import { INNOVATION_NEED } from './InnovationsPage.tsx'
import { NeedWallet } from './NeedWallet.tsx'
import { ProposeSection } from './ProposeSection.tsx'
import { QuestionsSection } from './QuestionsSection.tsx'

/** One request: what is needed, questions, proposals side by side, and the choice. */
export const InnovationPage = () => (
  <For need={INNOVATION_NEED} title="Open innovation">
    <Named />
  </For>
)

function Named() {
  const id = hexOf(useParams().id, 32)
  return id === undefined ? <NotFound what="request" /> : <Page id={id} />
}

function Page({ id }: { id: Hex }) {
  const found = useQuery(innovationQuery(id))
  const session = useSession()
  const now = useNow()
  useTitle(found.data?.title ?? 'Open innovation')
  if (found.data === undefined)
    return found.error === null ? (
      <Waiting what="the request" />
    ) : isCode(found.error, 'ERR_INNOVATION_UNKNOWN') ? (
      <NotFound what="request" way={{ to: '/innovation', label: 'See open innovation' }} />
    ) : (
      <ReadProblem error={found.error} retry={() => found.refetch()} />
    )
  const it = found.data
  const { document } = it
  const open = it.state === 'open' && it.closesAt > now
  const provides = session ? mayUse(session.actors, 'open-innovation-service-procurement') : false
  const proposed = it.proposals.some(({ mine, state }) => mine && state !== 'withdrawn')
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/innovation">Open innovation</Link> · asked for by {it.mine ? 'you' : it.user}
        </p>
        <h1>{it.title}</h1>
        <p>
          <span className="badge">{it.state}</span>{' '}
          {it.state === 'open' ? (
            <span className="soft">
              {open ? 'proposals until' : 'closed since'} {dateClock(it.closesAt, 'UTC')}
            </span>
          ) : null}
        </p>
      </header>
      <div className="sections">
        {it.state === 'draft' ? (
          <Notice tone="warn" title="Nobody sees this yet">
            <p>The transaction that asks the market was not sent or is not through.</p>
            {it.mine ? <SendAgain it={it} open={it.closesAt > now} /> : null}
          </Notice>
        ) : null}
        <section className="panel stack" aria-labelledby="need">
          <h2 id="need">What is needed</h2>
          <p className="lines">{document.need}</p>
          <h3>What is expected</h3>
          <p className="lines">{document.result}</p>
          <Facts
            of={[
              ['Budget, first year', `€${eurText(document.budget.from)} to €${eurText(document.budget.to)}`],
              ['Data at hand', document.data.map(({ name, template }) => `${name} (${template})`).join(', ') || 'none'],
              ...(it.mine
                ? [['Shown to', it.audience === null ? 'every provider' : `${it.audience.length} chosen`] as const]
                : []),
            ]}
          />
          {it.mine && it.state === 'open' ? <Withdraw it={it} /> : null}
        </section>
        <CompareSection it={it} />
        {provides && !it.mine && open && !proposed ? <ProposeSection request={it} /> : null}
        <QuestionsSection it={it} />
      </div>
    </>
  )
}

/** A request whose transaction was refused or never came: the same, once more. */
function SendAgain({ it, open }: { it: ShownInnovation; open: boolean }) {
  const { addresses } = useSettings()
  const { stage, run, busy } = useMarketAction(requestService)
  const { id, party: user, content, closesAt, title } = it
  if (!open) return <p>The day until which providers could propose is over: ask anew.</p>
  return (
    <>
      <NeedWallet>
        <Button
          look="main"
          isDisabled={busy}
          onPress={() => void run({ contract: addresses.OpenInnovation, id, user, content, closesAt, title })}
        >
          {requestService.title}
        </Button>
      </NeedWallet>
      <Journey stage={stage} />
    </>
  )
}

function Withdraw({ it }: { it: ShownInnovation }) {
  const { addresses } = useSettings()
  const { stage, run, busy } = useMarketAction(withdrawRequest)
  return (
    <>
      <NeedWallet>
        <Button
          isDisabled={busy}
          onPress={() => void run({ contract: addresses.OpenInnovation, id: it.id, title: it.title })}
        >
          {withdrawRequest.title}
        </Button>
      </NeedWallet>
      <Journey stage={stage} />
    </>
  )
}
