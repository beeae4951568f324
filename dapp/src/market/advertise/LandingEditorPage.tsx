import type { Hex, LandingBlock, LandingBlockKind } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { OwnPage } from '../../api/landing.ts'
import { ownPageQuery, savePage } from '../../api/landing.ts'
import type { Plan } from '../../api/listings.ts'
import { serviceQuery } from '../../api/services.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { hexOf } from '../../format/hex.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { Refusal } from '../../presentation/Refusal.tsx'
import { For } from '../../session/For.tsx'
import { BlockFields } from './BlockFields.tsx'
import { Blocks } from './Blocks.tsx'

/** A landing page, built from blocks beside what it looks like. */
export const LandingEditorPage = () => (
  <For need={{ kind: 'any-capability', capabilities: ['advertising', 'share-data'] }} title="Advertise">
    <Named />
  </For>
)

function Named() {
  const listing = hexOf(useParams().listing, 32)
  return listing === undefined ? <NotFound what="listing" /> : <Page listing={listing} />
}

function Page({ listing }: { listing: Hex }) {
  useTitle('Advertise')
  const page = useQuery(ownPageQuery(listing))
  const service = useQuery(serviceQuery(listing))
  const error = page.error ?? service.error
  if (page.data === undefined || service.data === undefined)
    return error === null ? <Waiting what="the page" /> : <ReadProblem error={error} retry={() => page.refetch()} />
  const plans = (Array.isArray(service.data.document.plans) ? service.data.document.plans : []) as Plan[]
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to={`/services/${listing}`}>{service.data.title ?? 'Listing'}</Link> · advertise
        </p>
        <h1>Landing page</h1>
        <p className="soft">
          Everybody sees it at <Link to={`/l/${listing}`}>/l/{listing.slice(0, 10)}…</Link> without signing in, while
          the listing is published.
        </p>
      </header>
      <Workshop key={page.data.revision} listing={listing} page={page.data} plans={plans} />
    </>
  )
}

const NAMES: Record<LandingBlockKind, string> = {
  heading: 'Heading',
  text: 'Text',
  picture: 'Picture',
  kpi: 'Figure',
  plans: 'Price plans',
  'call-to-action': 'Button',
}

const BLANK: Record<LandingBlockKind, LandingBlock> = {
  heading: { kind: 'heading', text: '' },
  text: { kind: 'text', text: '' },
  picture: { kind: 'picture', digest: '', alt: '' },
  kpi: { kind: 'kpi', label: '', value: '' },
  plans: { kind: 'plans' },
  'call-to-action': { kind: 'call-to-action', text: '' },
}

function Workshop({ listing, page, plans }: { listing: Hex; page: OwnPage; plans: readonly Plan[] }) {
  const queries = useQueryClient()
  const [items, setItems] = useState(() => page.blocks.map((block, key) => ({ key, block })))
  const blocks = items.map(({ block }) => block)
  const changed = JSON.stringify(blocks) !== JSON.stringify(page.blocks)
  const save = useMutation({
    mutationFn: () => savePage(listing, page.revision, blocks),
    onSuccess: (next) => queries.setQueryData(ownPageQuery(listing).queryKey, next),
  })
  const add = (kind: LandingBlockKind) =>
    setItems([...items, { key: Math.max(-1, ...items.map(({ key }) => key)) + 1, block: BLANK[kind] }])
  const move = (index: number, by: number) =>
    setItems(items.with(index, items[index + by]!).with(index + by, items[index]!))
  return (
    <div className="columns">
      <div className="sections">
        {page.takenDown === null ? null : (
          <Notice tone="warn" title="The operator took this page down">
            <p>{page.takenDown.reason}</p>
          </Notice>
        )}
        {items.map(({ key, block }, index) => (
          <fieldset key={key} className="panel item">
            <legend>
              {index + 1}. {NAMES[block.kind]}
            </legend>
            <BlockFields
              listing={listing}
              block={block}
              pictures={page.pictures}
              onChange={(next) => setItems(items.with(index, { key, block: next }))}
            />
            <div className="row">
              <Button
                look="plain"
                aria-label={`Move block ${index + 1} up`}
                isDisabled={index === 0}
                onPress={() => move(index, -1)}
              >
                ↑
              </Button>
              <Button
                look="plain"
                aria-label={`Move block ${index + 1} down`}
                isDisabled={index === items.length - 1}
                onPress={() => move(index, 1)}
              >
                ↓
              </Button>
              <Button
                aria-label={`Remove block ${index + 1}`}
                onPress={() => setItems(items.filter((item) => item.key !== key))}
              >
                Remove
              </Button>
            </div>
          </fieldset>
        ))}
        <div className="row">
          {(Object.keys(NAMES) as LandingBlockKind[]).map((kind) => (
            <Button key={kind} onPress={() => add(kind)}>
              Add: {NAMES[kind]}
            </Button>
          ))}
        </div>
        <div className="row">
          <Button
            look="main"
            missing={changed ? undefined : 'Nothing was changed since it was saved.'}
            isDisabled={save.isPending}
            onPress={() => save.mutate()}
          >
            Save the page
          </Button>
          <span role="status" className="soft">
            {changed
              ? 'Not saved yet.'
              : page.revision === 0
                ? ''
                : `Revision ${page.revision} is saved${page.shown ? ' and shown' : ''}.`}
          </span>
        </div>
        {save.error === null ? null : <Refusal error={save.error} title="Not saved" />}
        {page.revisions.length < 2 ? null : (
          <details>
            <summary>What it was before</summary>
            <ul className="plain">
              {page.revisions.slice(1).map(({ revision, savedAt, blocks: before }) => (
                <li key={revision} className="row">
                  Revision {revision}, {dateClock(savedAt, 'UTC')}
                  <Button
                    aria-label={`Take up revision ${revision}`}
                    onPress={() => setItems(before.map((block, key) => ({ key, block })))}
                  >
                    Take it up
                  </Button>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <section aria-labelledby="preview" className="preview">
        <h2 id="preview">Preview</h2>
        <div className="panel">
          {blocks.length === 0 ? <p className="soft">Add a block.</p> : null}
          <Blocks blocks={blocks} plans={plans} pictures={page.pictures} listing={listing} />
        </div>
      </section>
    </div>
  )
}
