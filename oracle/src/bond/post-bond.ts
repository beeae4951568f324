import { settlementAbi } from '@opem/contracts'
import { encodeFunctionData, formatEther } from 'viem'
import type { Node } from '../node.ts'
import { shortly } from '../submit/submit.ts'

/**
 * A seated node without its bond may not sign, so it posts what is missing, once in a life. A bond that a challenge took
 * later is not posted again by itself: somebody should look first at what this node signed.
 */
export function openBond(node: Node) {
  let state: 'wanting' | 'posting' | 'done' = 'wanting'

  return async () => {
    if (state !== 'wanting') return
    const { seated, minimumBond } = node.chain.committee()
    const seat = seated.get(node.account.address.toLowerCase())
    if (!seat) return
    if (seat.bond >= minimumBond) {
      state = 'done'
      return
    }
    state = 'posting'
    const value = minimumBond - seat.bond
    try {
      const data = encodeFunctionData({ abi: settlementAbi, functionName: 'postBond' })
      const fate = await node.submitter.submit({ kind: 'bond', to: node.deployment.settlement, data, value })
      state = fate.status === 'settled' ? 'done' : 'wanting'
      node.log.info('bond', { value: formatEther(value), ...fate })
    } catch (error) {
      state = 'wanting'
      node.log.warn('bond-waits', { needed: formatEther(value), why: shortly(error) })
    }
  }
}
