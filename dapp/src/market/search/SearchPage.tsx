import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useSearchParams } from 'react-router'
import type { Listings } from '../../api/listings.ts'
import { listingsQuery } from '../../api/listings.ts'
import { plural } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { Choice } from '../../parts/Choice.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import type { Sort } from './asked.ts'
import { known, narrowing, SORTS, toQuery, withValues } from './asked.ts'
import { Filters } from './Filters.tsx'
import { ResultCard } from './ResultCard.tsx'

/** Services and data sets, found as one types. */
export const SearchPage = () => (
  <For need={{ kind: 'capability', capability: 'search' }} title="Market">
    <Page />
  </For>
)

const SORT_NAMES: Record<Sort, string> = {
  relevance: 'What fits best',
  newest: 'Newest first',
  rating: 'Best rated first',
  price: 'Cheapest first',
}

/** Long enough that a word is typed, short enough that nobody waits. */
const TYPING_MS = 150

function Page() {
  useTitle('Market')
  const [given, setGiven] = useSearchParams()
  const address = known(given)
  const [text, setText] = useState(address.get('text') ?? '')
  const said = useDeferredValue(text)
  const change = (next: URLSearchParams) => setGiven(next, { replace: true, preventScrollReset: true })

  // The address follows what is typed a little later; a link or going back brings the words of that address.
  const sent = useRef(text)
  const inAddress = given.get('text') ?? ''
  useEffect(() => {
    if (inAddress === sent.current) return
    sent.current = inAddress
    setText(inAddress)
  }, [inAddress])
  useEffect(() => {
    if (said === sent.current) return
    const timer = setTimeout(() => {
      sent.current = said
      setGiven((before) => withValues(before, 'text', said === '' ? [] : [said]), { replace: true })
    }, TYPING_MS)
    return () => clearTimeout(timer)
  }, [said, setGiven])

  const of = address.get('of') === 'data' ? 'data' : 'services'
  const listings = useInfiniteQuery(listingsQuery(toQuery(address)))
  const first = listings.data?.pages[0]
  const sort = SORTS.find((one) => one === address.get('sort')) ?? 'relevance'
  return (
    <>
      <header className="page-head">
        <h1>Market</h1>
        <p className="soft">Services and data of all providers. A typing error does not matter.</p>
      </header>
      <div className="sections">
        <search className="form-grid">
          <TextInput label="Search" type="search" value={text} onChange={setText} hint="For example: wind forecast" />
          <Choice
            label="Order"
            value={sort}
            options={SORTS.map((id) => ({ id, name: SORT_NAMES[id] }))}
            onChange={(next) => change(withValues(address, 'sort', next === 'relevance' ? [] : [next]))}
          />
        </search>
        <Tabs
          className="tabs"
          selectedKey={of}
          onSelectionChange={(key) => change(withValues(address, 'of', key === 'data' ? ['data'] : []))}
        >
          <TabList className="tab-list" aria-label="What is looked for">
            <Tab id="services" className="tab">
              Services {first === undefined ? '' : <span className="soft">{first.tabs.services}</span>}
            </Tab>
            <Tab id="data" className="tab">
              Data {first === undefined ? '' : <span className="soft">{first.tabs.data}</span>}
            </Tab>
          </TabList>
          <TabPanel id={of} className="tab-panel">
            {listings.error ? (
              <ReadProblem error={listings.error} retry={() => listings.refetch()} />
            ) : first === undefined ? (
              <Waiting what="the market" />
            ) : (
              <div className="search-columns">
                <details className="filters" open={matchMedia('(min-width: 60rem)').matches}>
                  <summary>
                    Filters {narrowing(address) === 0 ? '' : <span className="badge">{narrowing(address)}</span>}
                  </summary>
                  <Filters address={address} facets={first.facets} onChange={change} />
                </details>
                <section aria-label="Results" aria-busy={listings.isPlaceholderData} className="stack">
                  <Said answer={first} />
                  <ul className="results">
                    {listings.data?.pages
                      .flatMap((page) => page.items)
                      .map((listing) => (
                        <ResultCard key={listing.listing} listing={listing} />
                      ))}
                  </ul>
                  {listings.hasNextPage ? (
                    <p>
                      <Button isDisabled={listings.isFetchingNextPage} onPress={() => listings.fetchNextPage()}>
                        Show more
                      </Button>
                    </p>
                  ) : null}
                </section>
              </div>
            )}
          </TabPanel>
        </Tabs>
      </div>
    </>
  )
}

/** How many there are, and what was made of the words. */
function Said({ answer: { total, readAs, relaxed } }: { answer: Listings }) {
  return (
    <div role="status" className="stack">
      <p>
        {total === 0
          ? 'Nothing is like that. Try fewer words or take a filter back.'
          : `${plural(total, 'listing')} found`}
      </p>
      {readAs.map(({ given, read }) => (
        <p key={given} className="soft">
          No listing has “{given}”: read as <strong>{read.join(', ')}</strong>.
        </p>
      ))}
      {relaxed ? <p className="soft">No listing has all of the words: these have some of them.</p> : null}
    </div>
  )
}
