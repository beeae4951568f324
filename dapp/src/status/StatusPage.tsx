import { useQuery } from '@tanstack/react-query'
import { formatEther } from 'viem'
import { useBlockNumber } from 'wagmi'
import { healthQuery } from '../api/settings.ts'
import { useLive } from '../api/stream.ts'
import { useSettings } from '../app/settings.ts'
import { shortHex } from '../format/hex.ts'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { committeeQuery } from '../subgraph/committee.ts'

const statusWords = { SEATED: 'seated', LEAVING: 'leaving', REMOVED: 'removed' } as const

/** Which parts answer, and who the oracle is. */
export function StatusPage() {
  useTitle('Status')
  useLive()
  const settings = useSettings()
  const health = useQuery(healthQuery)
  const committee = useQuery(committeeQuery)
  const block = useBlockNumber({ watch: { pollingInterval: 3_000 } })
  const indexed = committee.data?._meta.block.number
  // What was read before counts no more once the last question went unanswered.
  const said = (error: unknown, ready: boolean | undefined) => (error ? false : ready)
  const parts: [string, boolean | undefined][] = [
    ['unified API', said(health.error, health.data && health.data.status === 'ready')],
    ['chain', said(block.error, block.data === undefined ? undefined : true)],
    ['index', said(committee.error, committee.data && !committee.data._meta.hasIndexingErrors)],
    ...Object.entries(health.data?.parts ?? {})
      .filter(([name]) => name !== 'chain' && name !== 'index')
      .map(([name, ready]): [string, boolean | undefined] => [name, health.error ? undefined : ready]),
  ]
  return (
    <>
      <header className="page-head">
        <h1>Status</h1>
      </header>
      <div className="sections">
        <section className="panel" aria-labelledby="parts">
          <h2 id="parts">Parts</h2>
          <div className="table-wrap" aria-live="polite">
            <table>
              <thead>
                <tr>
                  <th scope="col">Part</th>
                  <th scope="col">State</th>
                </tr>
              </thead>
              <tbody>
                {parts.map(([name, ready]) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>
                      <span className={`badge ${ready === undefined ? '' : ready ? 'good' : 'wrong'}`}>
                        {ready === undefined ? 'asking' : ready ? 'ready' : 'does not answer'}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Facts
            of={[
              ['Chain', `${settings.chainId}${settings.development ? ' (development)' : ''}`],
              ['Newest block', block.data === undefined ? '–' : String(block.data)],
              ['Indexed up to block', indexed === undefined ? '–' : String(indexed)],
              ...Object.entries(settings.addresses).map(
                ([name, address]) =>
                  [
                    name,
                    <span key={name} className="mono">
                      {address}
                    </span>,
                  ] as const,
              ),
            ]}
          />
        </section>
        <section className="panel" aria-labelledby="oracle">
          <h2 id="oracle">Oracle committee</h2>
          {committee.error ? (
            <ReadProblem error={committee.error} retry={() => committee.refetch()} />
          ) : committee.data === undefined ? (
            <Waiting what="the committee" />
          ) : (
            <>
              <p className="soft">
                {committee.data.committees[0] === undefined
                  ? 'No committee yet.'
                  : `${committee.data.committees[0].quorum} of ${committee.data.committees[0].nodeCount} nodes must sign each report. A proven false report costs its signers their bond.`}
              </p>
              <div className="table-wrap">
                <table>
                  <caption>Nodes, their seat and bond</caption>
                  <thead>
                    <tr>
                      <th scope="col" className="n">
                        Seat
                      </th>
                      <th scope="col">Node</th>
                      <th scope="col">Status</th>
                      <th scope="col" className="n">
                        Bond, ETH
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {committee.data.oracleNodes.map((node) => (
                      <tr key={node.id}>
                        <td className="n">{node.seat}</td>
                        <th scope="row" className="mono">
                          {shortHex(node.id)}
                        </th>
                        <td>{statusWords[node.status]}</td>
                        <td className="n">{formatEther(node.bond)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )}
        </section>
      </div>
    </>
  )
}
