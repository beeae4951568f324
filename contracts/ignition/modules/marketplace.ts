import { buildModule } from '@nomicfoundation/ignition-core'
import { artifactOf } from '../artifacts.ts'

/**
 * The contracts of a marketplace, administered by the deploying account.
 * Parameters: `quorum` (signatures a report needs), `minimumBond` (wei), `correctionWindow` (seconds).
 */
export default buildModule('Marketplace', (m) => {
  const quorum = m.getParameter('quorum', 2)
  const minimumBond = m.getParameter('minimumBond', 10n ** 18n)
  const correctionWindow = m.getParameter('correctionWindow', 16 * 24 * 3600)

  const accessManager = m.contract('AccessManager', artifactOf('AccessManager'), [m.getAccount(0)])
  const settlement = m.contract('Settlement', artifactOf('Settlement'), [
    accessManager,
    quorum,
    minimumBond,
    correctionWindow,
  ])
  const communityFactory = m.contract('CommunityFactory', artifactOf('CommunityFactory'), [settlement])
  const didRegistry = m.contract('EthereumDIDRegistry', artifactOf('EthereumDIDRegistry'))
  m.call(settlement, 'setFactory', [communityFactory])
  return { accessManager, settlement, communityFactory, didRegistry }
})
