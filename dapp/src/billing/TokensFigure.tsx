import { useQuery } from '@tanstack/react-query'
import type { Address } from 'viem'
import { erc20Abi } from 'viem'
import { useConnection, usePublicClient } from 'wagmi'
import { eur } from '../format/money.ts'
import { Figure } from '../parts/Facts.tsx'

/** What the connected wallet itself holds: what it can deposit. */
export function TokensFigure({ token }: { token: string }) {
  const { address } = useConnection()
  const client = usePublicClient()
  const held = useQuery({
    queryKey: ['tokens', token, address],
    queryFn: () =>
      client!.readContract({
        ...{ address: token as Address, abi: erc20Abi, functionName: 'balanceOf', args: [address!] },
      }),
    enabled: address !== undefined && client !== undefined,
    refetchInterval: 3000,
  })
  return held.data === undefined ? null : (
    <Figure label="In your wallet" value={eur(held.data)} note="can be deposited" />
  )
}
