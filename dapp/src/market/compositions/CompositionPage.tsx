import type { Hex } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from 'react-router'
import { requestComposition, withdrawComposition } from '../../actions/innovation-actions.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { compositionQuery, draftComposedListing, type ShownComposition } from '../../api/compositions.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { useSettings } from '../../app/settings.ts'
import { hexOf } from '../../format/hex.ts'
import { Button } from '../../parts/Button.tsx'
import { isCode, Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { Refusal } from '../../presentation/Refusal.tsx'
import { For } from '../../session/For.tsx'
import { useSession } from '../../session/session.ts'
import { NeedWallet } from '../innovation/NeedWallet.tsx'
import { COMPOSITION_NEED } from './CompositionsPage.tsx'
import { DecideStep } from './DecideStep.tsx'
import { RunSection } from './RunSection.tsx'

/** One composition: the chain, what each provider said, and its runs. */
export const CompositionPage = () => (
  <For need={COMPOSITION_NEED} title="Composition">
    <Named />
  </For>
)

function Named() {
  const id = hexOf(useParams().id, 32)
  return id === undefined ? <NotFound what="composition" /> : <Page id={id} />
}

const said = ({ decision }: ShownComposition['services'][number]) =>
  decision === null ? 'not decided' : decision.approved ? 'approved' : 'rejected'

function Page({ id }: { id: Hex }) {
  const found = useQuery(compositionQuery(id))
  useTitle(found.data?.title ?? 'Composition')
  if (found.data === undefined)
    return found.error === null ? (
      <Waiting what="the composition" />
    ) : isCode(found.error, 'ERR_COMPOSITION_UNKNOWN') ? (
      <NotFound what="composition" way={{ to: '/compositions', label: 'See your compositions' }} />
    ) : (
      <ReadProblem error={found.error} retry={() => found.refetch()} />
    )
  const it = found.data
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/compositions">Compositions</Link> · by {it.mine ? 'you' : it.user}
        </p>
        <h1>{it.title}</h1>
        <p>
          <span className="badge">{it.state}</span>
        </p>
        <p className="lines">{it.description}</p>
      </header>
      <div className="sections">
        {it.state === 'rejected' ? (
          <Notice tone="warn" title="A provider said no">
            <p>Read why below, then chain other services or talk to them.</p>
          </Notice>
        ) : null}
        <section aria-labelledby="chain">
          <h2 id="chain">The chain</h2>
          <ol className="chain" aria-label="The chain">
            {it.services.map((one, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
              <li key={place} className="panel card stack" aria-label={one.title}>
                <p className="eyebrow">
                  {place + 1} · {one.provider}
                </p>
                <h3>{one.title}</h3>
                <p>
                  <span className="badge">{said(one)}</span>
                </p>
                {one.decision?.reason ? <p className="lines">{one.decision.reason}</p> : null}
                {it.mine && one.agreement === null ? (
                  <Link to={`/agreements/new?listing=${one.listing}`}>No agreement is in force: contract it</Link>
                ) : null}
                {it.mine && one.agreement !== null ? (
                  <Link to={`/agreements/${one.agreement}`}>Your agreement</Link>
                ) : null}
                {one.own && it.state === 'requested' && one.decision === null ? (
                  <DecideStep composition={it} place={place} />
                ) : null}
              </li>
            ))}
          </ol>
        </section>
        {it.mine && it.state === 'approved' ? <RunSection it={it} /> : null}
        {it.mine ? <Own it={it} /> : null}
      </div>
    </>
  )
}

/** A request whose transaction was refused or never came: the same, once more. */
function SendAgain({ it }: { it: ShownComposition }) {
  const { addresses } = useSettings()
  const { stage, run, busy } = useMarketAction(requestComposition)
  const { id, party: user, content, title } = it
  const listings = it.services.map(({ listing }) => listing)
  return (
    <>
      <p role="status">No provider sees it yet: its transaction was not sent or is not through.</p>
      <NeedWallet>
        <Button
          look="main"
          isDisabled={busy}
          onPress={() => void run({ contract: addresses.CompositionRegistry, id, user, listings, content, title })}
        >
          {requestComposition.title}
        </Button>
      </NeedWallet>
      <Journey stage={stage} />
    </>
  )
}

/** What its user may do besides running it. */
function Own({ it }: { it: ShownComposition }) {
  const { addresses } = useSettings()
  const session = useSession()
  const navigate = useNavigate()
  const { stage, run, busy } = useMarketAction(withdrawComposition)
  const draft = useMutation({
    mutationFn: () => draftComposedListing(it.id),
    onSuccess: ({ listing }) => navigate(`/services/${listing}`),
  })
  const open = it.state === 'requested' || it.state === 'approved'
  return (
    <section className="panel stack" aria-labelledby="own">
      <h2 id="own">This composition</h2>
      {it.state === 'approved' && session?.actors.includes('service-provider') ? (
        <p>
          {it.listing === null ? (
            <Button isDisabled={draft.isPending} onPress={() => draft.mutate()}>
              Offer it on the market
            </Button>
          ) : (
            <Link to={`/services/${it.listing}`}>Its listing</Link>
          )}
        </p>
      ) : null}
      {draft.error === null ? null : <Refusal error={draft.error} title="Not drafted" />}
      {it.state === 'draft' ? (
        <SendAgain it={it} />
      ) : open ? (
        <NeedWallet>
          <Button
            isDisabled={busy}
            onPress={() => void run({ contract: addresses.CompositionRegistry, id: it.id, title: it.title })}
          >
            {withdrawComposition.title}
          </Button>
        </NeedWallet>
      ) : (
        <p className="soft">It is {it.state}. Chain the services anew to ask again.</p>
      )}
      <Journey stage={stage} />
    </section>
  )
}
