import { type Hex, type ListingDocument, OpemError } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from 'react-router'
import type { LineProgress } from '../../api/account-credential.ts'
import type { Workbench } from '../../api/services.ts'
import { beginUpdate, serviceQuery, withdrawDraft } from '../../api/services.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { WalletStep } from '../../app/WalletStep.tsx'
import { LineShown } from '../../credentials/LineShown.tsx'
import { hexOf } from '../../format/hex.ts'
import { Button } from '../../parts/Button.tsx'
import { Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { Refusal } from '../../presentation/Refusal.tsx'
import { useHolder } from '../../presentation/use-holder.ts'
import { For } from '../../session/For.tsx'
import { KIND_NAMES, stateText } from '../words.ts'
import { ContractSection } from './ContractSection.tsx'
import { DocumentView } from './DocumentView.tsx'
import { Editor } from './Editor.tsx'
import { HistorySection } from './HistorySection.tsx'

/** One listing of one's own: its form while it is drafted, its contract when it is approved, its life when it is published. */
export const ServicePage = () => (
  <For need={{ kind: 'any-capability', capabilities: ['publish', 'share-data'] }} title="Listing">
    <Named />
  </For>
)

function Named() {
  const listing = hexOf(useParams().listing, 32)
  return listing === undefined ? <NotFound what="listing" /> : <Page listing={listing} />
}

function Page({ listing }: { listing: Hex }) {
  const service = useQuery(serviceQuery(listing))
  const navigate = useNavigate()
  useTitle(service.data?.title ?? 'Listing')
  if (service.error instanceof OpemError && service.error.code === 'ERR_LISTING_UNKNOWN')
    return <NotFound what="listing" />
  if (service.data === undefined)
    return service.error === null ? (
      <Waiting what="the listing" />
    ) : (
      <ReadProblem error={service.error} retry={() => service.refetch()} />
    )
  const it = service.data
  const editable = it.state === 'draft' || it.state === 'rejected'
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/services">My services</Link> · {KIND_NAMES[it.kind]} · version {it.version}
        </p>
        <h1>{it.title ?? 'Without a title'}</h1>
        <p>
          <span className="badge">{stateText(it)}</span>
        </p>
        <Notice
          title={it.next.who === 'provider' ? 'Your turn' : it.next.who === 'operator' ? 'The operator’s turn' : 'Over'}
        >
          <p>{it.next.what}</p>
        </Notice>
        {it.chain === null ? null : <Ways service={it} />}
      </header>
      <div className="sections">
        {it.credential?.credential ? <LastSignature line={it.credential} /> : null}
        <Answer service={it} />
        {it.state === 'approved' ? <ContractSection service={it} /> : null}
        {editable ? (
          <Editor key={`${it.version} ${it.state}`} service={it} onGone={() => navigate('/services')} />
        ) : (
          <Fixed service={it} />
        )}
        <HistorySection service={it} />
      </div>
    </>
  )
}

const Ways = ({ service: { listing } }: { service: Workbench }) => (
  <div className="row">
    <Link className="button" to={`/services/${listing}/manage`}>
      Manage it
    </Link>
    <Link className="button" to={`/services/${listing}/landing`}>
      Advertise it
    </Link>
    <Link className="button" to={`/market/${listing}`}>
      See it in the market
    </Link>
  </div>
)

/** A person's own part of the contract, before everything else: without it the contract is no line of the account. */
function LastSignature({ line }: { line: LineProgress }) {
  const holder = useHolder()
  return (
    <>
      {holder === undefined ? <WalletStep /> : null}
      <section className="panel" aria-labelledby="last-signature">
        <h2 id="last-signature">One signature is left</h2>
        <LineShown line={line} of="listing" />
      </section>
    </>
  )
}

/** What the operator did not find right. */
function Answer({ service: { state, submissions } }: { service: Workbench }) {
  const [last] = submissions
  if (state !== 'rejected' || last === undefined) return null
  const wrong = last.checks?.filter(({ ok }) => !ok) ?? []
  return (
    <Notice tone="warn" title="The operator asks for corrections">
      {last.reason === null ? null : <p>{last.reason}</p>}
      <ul>
        {wrong.map(({ item, reason }) => (
          <li key={item}>
            <strong>{item}</strong>: {reason}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** A document that is not changed now, and the steps that are possible. */
function Fixed({ service }: { service: Workbench }) {
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: ['service', service.listing] })
  const withdraw = useMutation({ mutationFn: () => withdrawDraft(service.listing), onSuccess: refresh })
  const update = useMutation({ mutationFn: () => beginUpdate(service.listing), onSuccess: refresh })
  const waiting = service.state === 'submitted' || service.state === 'approved'
  return (
    <section className="panel" aria-labelledby="document">
      <h2 id="document">{waiting ? 'What was submitted' : 'What is published'}</h2>
      <div className="row">
        {waiting ? (
          <Button isDisabled={withdraw.isPending} onPress={() => withdraw.mutate()}>
            Withdraw, to change it
          </Button>
        ) : service.chain?.state === 'removed' ? null : (
          <Button isDisabled={update.isPending} onPress={() => update.mutate()}>
            Begin an update
          </Button>
        )}
      </div>
      {withdraw.error === null ? null : <Refusal error={withdraw.error} title="Not withdrawn" />}
      {update.error === null ? null : <Refusal error={update.error} title="Not begun" />}
      <DocumentView document={service.document as unknown as ListingDocument} />
    </section>
  )
}
