import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TransactionReceipt } from 'viem'
import { useConnection, usePublicClient, useWalletClient } from 'wagmi'
import { untilIndexed } from '../subgraph/graphql.ts'
import type { BusinessAction, Stage } from './action.ts'
import { perform } from './action.ts'

/** Runs one business action at a time and tells where it is; every read is fresh once it is indexed. */
export function useAction<Input>(action: BusinessAction<Input>) {
  const [stage, setStage] = useState<Stage>({ at: 'idle' })
  const publicClient = usePublicClient()
  const { data: walletClient } = useWalletClient()
  const { address } = useConnection()
  const queries = useQueryClient()
  const run = async (input: Input, after?: (receipt: TransactionReceipt) => Promise<void>) => {
    if (publicClient === undefined || walletClient === undefined) {
      const reason =
        address === undefined
          ? 'No wallet is connected. Connect one at the top of the page.'
          : 'The connected wallet cannot sign here: see that it is on the chain of this marketplace, or connect it again.'
      setStage({ at: 'refused', reason })
      return undefined
    }
    const receipt = await perform({ publicClient, walletClient, untilIndexed }, action, input, setStage, after)
    // Also after a refusal: a transaction may stand although what follows it failed.
    await queries.invalidateQueries()
    return receipt
  }
  return { stage, run, busy: ['checking', 'signing', 'sent', 'confirmed'].includes(stage.at) }
}
