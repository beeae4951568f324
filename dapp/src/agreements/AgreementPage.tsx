import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { useConnection } from 'wagmi'
import { agreementQuery, type ShownAgreement } from '../api/agreements.ts'
import { NotFound } from '../app/NotFound.tsx'
import { WalletStep } from '../app/WalletStep.tsx'
import { hexOf } from '../format/hex.ts'
import { Copy } from '../parts/Copy.tsx'
import { Facts } from '../parts/Facts.tsx'
import { isCode, Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { AnswerSection } from './AnswerSection.tsx'
import { ConcludeSection } from './ConcludeSection.tsx'
import { CredentialSection } from './CredentialSection.tsx'
import { EndSection } from './EndSection.tsx'
import { ExtendSection } from './ExtendSection.tsx'
import { ServiceSections } from './ServiceSections.tsx'
import { TermsShown } from './TermsShown.tsx'
import { endText, nextStep, priceText, sideName, stageName, timeline, whenText } from './words.ts'

/** One agreement from the first offer to its end: words, what is next, the service, its use. */
export const AgreementPage = () => (
  <For need={{ kind: 'capability', capability: 'contracting' }} title="Agreement">
    <Page />
  </For>
)

function Page() {
  useTitle('Agreement')
  const id = hexOf(useParams().id, 32)
  const found = useQuery({ ...agreementQuery(id ?? ''), enabled: id !== undefined })
  if (id === undefined) return <Notice tone="warn" title="This is no agreement’s address" />
  // What was read stays, with what is being written under it, while a later question goes unanswered.
  if (found.data === undefined) {
    if (found.error === null) return <Waiting what="the agreement" />
    if (isCode(found.error, 'ERR_AGREEMENT_UNKNOWN'))
      return <NotFound what="agreement" way={{ to: '/agreements', label: 'See your agreements' }} />
    return <ReadProblem error={found.error} retry={() => found.refetch()} />
  }
  return <Shown it={found.data} />
}

const IN_FORCE = ['agreed', 'in-force', 'ending', 'ended']

function Shown({ it }: { it: ShownAgreement }) {
  const { isConnected } = useConnection()
  const title = it.document?.title ?? 'A service'
  const signs = ['offered', 'signed', 'agreed', 'in-force'].includes(it.stage) || it.credential?.credential != null
  return (
    <>
      <header className="page-head">
        <h1>
          {title} <span className="badge">{stageName(it.stage)}</span>
        </h1>
        <p>{nextStep(it)}</p>
      </header>
      <div className="sections">
        {it.reason === null ? null : (
          <Notice tone="warn" title="The reason given">
            <p>{it.reason}</p>
          </Notice>
        )}
        {signs && !isConnected ? <WalletStep /> : null}
        <AnswerSection it={it} />
        {it.stage === 'signed' ? <ConcludeSection it={it} /> : null}
        <CredentialSection it={it} />
        {IN_FORCE.includes(it.stage) ? <ServiceSections it={it} /> : null}
        <section className="panel" aria-labelledby="words">
          <h2 id="words">The agreement in words</h2>
          {it.document === null ? (
            <p className="soft">
              It was made elsewhere, and this marketplace has no document of it: {priceText(it.terms)}{' '}
              {endText(it.endsAt)}.
            </p>
          ) : (
            <TermsShown terms={it.terms} document={it.document} />
          )}
          <p>
            <a href={`/v1/agreements/${it.id}/document`}>The document as it was signed</a> (canonical JSON; its SHA-256
            is the field “terms”)
          </p>
        </section>
        <section className="panel" aria-labelledby="history">
          <h2 id="history">What happened</h2>
          <ol className="timeline">
            {timeline(it).map(({ at, text, transaction }) => (
              <li key={`${at}${text}`}>
                <time dateTime={new Date(at * 1000).toISOString()} className="small soft">
                  {whenText(at)}
                </time>
                <p>{text}</p>
                {transaction === undefined ? null : <Copy text={transaction} label="transaction hash" />}
              </li>
            ))}
          </ol>
          <Facts
            of={[
              ['You are', `the ${sideName(it.side)}`],
              ['Ends', endText(it.endsAt)],
              ['Agreement', <Copy key="id" text={it.id} label="id of the agreement" />],
            ]}
          />
        </section>
        {it.side === 'consumer' && ['ending', 'ended'].includes(it.stage) ? (
          <p>
            <Link className="button main" to={`/agreements/new?listing=${it.listing}&again=${it.id}`}>
              Contract it again
            </Link>
          </p>
        ) : null}
        {it.stage === 'in-force' || it.stage === 'agreed' ? (
          <>
            {it.endsAt === null ? null : <ExtendSection it={it} />}
            <EndSection it={it} />
          </>
        ) : null}
      </div>
    </>
  )
}
