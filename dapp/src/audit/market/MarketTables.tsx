import type { ContractVerdict, PartyVerdict } from '@opem/domain'
import { useState } from 'react'
import { eur } from '../../format/money.ts'
import { Button } from '../../parts/Button.tsx'

const SHOWN = 50

const Verdict = ({ findings }: { findings: number }) => (
  <span className={`badge ${findings === 0 ? 'good' : 'wrong'}`}>{findings === 0 ? 'right' : 'wrong'}</span>
)

export const ContractsTable = ({ of }: { of: readonly ContractVerdict[] }) => (
  <div className="table-wrap">
    <table>
      <caption>A verdict for each contract</caption>
      <thead>
        <tr>
          <th scope="col">Contract</th>
          <th scope="col">Verdict</th>
          <th scope="col" className="n">
            Events
          </th>
          <th scope="col" className="n">
            States and balances compared
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ contract, events, compared, findings }) => (
          <tr key={contract}>
            <th scope="row">{contract}</th>
            <td>
              <Verdict findings={findings} />
            </td>
            <td className="n">{events}</td>
            <td className="n">{compared}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const MONEY = [
  ['Purse before', 'opening'],
  ['Purse', 'available'],
  ['Held', 'held'],
  ['Set aside', 'reserved'],
  ['Fees due', 'fees'],
] as const

export function PartiesTable({ of }: { of: readonly PartyVerdict[] }) {
  const [limit, setLimit] = useState(SHOWN)
  if (of.length === 0) return null
  // Before the first block there was nothing.
  const money = MONEY.filter(([, field]) => field !== 'opening' || of.some(({ opening }) => opening !== 0n))
  return (
    <>
      <div className="table-wrap">
        <table>
          <caption>A verdict for each party</caption>
          <thead>
            <tr>
              <th scope="col">Verdict</th>
              <th scope="col">Party</th>
              {money.map(([name]) => (
                <th key={name} scope="col" className="n">
                  {name}
                </th>
              ))}
              <th scope="col" className="n">
                Agreements
              </th>
              <th scope="col" className="n">
                Listings
              </th>
            </tr>
          </thead>
          <tbody>
            {of.slice(0, limit).map((party) => (
              <tr key={party.party}>
                <td>
                  <Verdict findings={party.findings} />
                </td>
                <th scope="row" className="mono">
                  {party.party}
                </th>
                {money.map(([name, field]) => (
                  <td key={name} className="n">
                    {eur(party[field])}
                  </td>
                ))}
                <td className="n">{party.agreements}</td>
                <td className="n">{party.listings}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {of.length > limit ? <Button onPress={() => setLimit(limit + 1000)}>Show more parties</Button> : null}
    </>
  )
}
