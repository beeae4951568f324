import { useQuery } from '@tanstack/react-query'
import type { Address } from 'viem'
import { isAddressEqual } from 'viem'
import { useConnection } from 'wagmi'
import { useChain, useSettings } from '../app/settings.ts'
import { DEVELOPMENT_ACCOUNTS, developmentAccount } from '../chain/development-wallet.ts'
import { Copy } from '../parts/Copy.tsx'
import { Notice, ReadProblem } from '../parts/Notice.tsx'
import { governorsQuery } from './operations.ts'

/** For whoever cannot decide this with the wallet that is connected: who can, and how another wallet comes to. */
export function WhoGoverns({ what }: { what: string }) {
  const [settings, chain] = [useSettings(), useChain()]
  const { address } = useConnection()
  const governors = useQuery(governorsQuery(chain, settings))
  return (
    <Notice
      title={
        address === undefined
          ? `Connect the governor’s wallet at the top of the page ${what}`
          : `The connected wallet does not govern the marketplace: another one is needed ${what}`
      }
    >
      {governors.error ? (
        <ReadProblem error={governors.error} retry={() => governors.refetch()} />
      ) : governors.data === undefined ? null : (
        <>
          <p>{governors.data.length === 0 ? 'Nobody governs it now.' : 'Who governs, as the chain says:'}</p>
          <ul className="plain" aria-label="Who governs">
            {governors.data.map((one) => (
              <li key={one.address}>
                <code className="wrap">{one.address}</code>
                {settings.development ? nameOf(one.address) : ''}, {noticeInWords(one.notice)}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="small">
        Whoever holds the key that administers the marketplace (<code>keys/operator.json</code>) makes another wallet a
        governor:
      </p>
      <Copy text={`npx opem governance name ${address ?? 'ADDRESS'}`} label="command that names a governor" />
    </Notice>
  )
}

/** @example noticeInWords(60) // 'with 60 s of notice' */
export const noticeInWords = (notice: number): string => (notice === 0 ? 'at once' : `with ${notice} s of notice`)

function nameOf(address: Address): string {
  const number = Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, index) => index).find((index) =>
    isAddressEqual(developmentAccount(index).address, address),
  )
  return number === undefined ? '' : ` (development wallet, account ${number})`
}
