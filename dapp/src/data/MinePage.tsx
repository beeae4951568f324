import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { dataContractQuery, dataContractsQuery } from '../api/data.ts'
import { Choice } from '../parts/Choice.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { ContractSections } from './ContractSections.tsx'

/** Data that somebody has contracted: what they are, and a way to get them. */
export const MinePage = () => (
  <For need={{ kind: 'capability', capability: 'access-data' }} title="My data">
    <Page />
  </For>
)

function Page() {
  useTitle('My data')
  const [search, setSearch] = useSearchParams()
  const found = useQuery(dataContractsQuery)
  const contracts = found.data?.contracts
  const chosen = contracts?.find(({ agreement }) => agreement === search.get('agreement')) ?? contracts?.[0]
  return (
    <>
      <header className="page-head">
        <h1>My data</h1>
        <p className="soft">Data sets that you have contracted. Look, ask, download.</p>
      </header>
      <div className="sections">
        {found.error ? (
          <ReadProblem error={found.error} retry={() => found.refetch()} />
        ) : contracts === undefined ? (
          <Waiting what="your data" />
        ) : chosen === undefined ? (
          <p className="soft">None yet. A data set is contracted from its page in the market.</p>
        ) : (
          <>
            <Choice
              label="Data set"
              value={chosen.agreement}
              options={contracts.map(({ agreement, title, provider, inForce }) => ({
                ...{ id: agreement, name: title, hint: `${provider}${inForce ? '' : ', not in force'}` },
              }))}
              onChange={(agreement) => setSearch({ agreement })}
            />
            {chosen.here ? (
              <Chosen key={chosen.agreement} agreement={chosen.agreement} />
            ) : (
              <p>The provider hands these data out itself, as the page of the agreement tells.</p>
            )}
          </>
        )}
      </div>
    </>
  )
}

function Chosen({ agreement }: { agreement: string }) {
  const found = useQuery(dataContractQuery(agreement))
  if (found.error) return <ReadProblem error={found.error} retry={() => found.refetch()} />
  if (found.data === undefined) return <Waiting what="the data set" />
  return <ContractSections of={found.data} />
}
