import { buildModule, type Future } from '@nomicfoundation/ignition-core'
import { type Address, toFunctionSelector } from 'viem'
import marketplace from './marketplace.ts'

/** AccessManager role that seats oracle nodes, sets the quorum and names the factory, each after the timelock. */
export const GOVERNOR = 1n

const GOVERNED = ['seat(address)', 'unseat(address)', 'setQuorum(uint8)', 'setFactory(address)']

/**
 * The marketplace with its first oracle nodes seated and its governance behind a timelock. The administrator's own timelock
 * comes with the last module (services.ts), for from then on each of its calls must be scheduled.
 * Parameter: `timelockSeconds`.
 */
export const governedMarketplace = (oracleNodes: readonly Address[]) =>
  buildModule('GovernedMarketplace', (m) => {
    const timelock = m.getParameter('timelockSeconds', 2 * 24 * 3600)
    const contracts = m.useModule(marketplace)
    const { accessManager, settlement } = contracts
    const operator = m.getAccount(0)

    let before: Future[] = []
    oracleNodes.forEach((node, i) => {
      before = [m.call(settlement, 'seat', [node], { id: `seat_${i}`, after: before })]
    })
    const selectors = GOVERNED.map((signature) => toFunctionSelector(signature))
    const role = m.call(accessManager, 'setTargetFunctionRole', [settlement, selectors, GOVERNOR], { after: before })
    const label = m.call(accessManager, 'labelRole', [GOVERNOR, 'governor'], { after: [role] })
    m.call(accessManager, 'grantRole', [GOVERNOR, operator, timelock], { id: 'governor', after: [label] })
    return contracts
  })

export default governedMarketplace([])
