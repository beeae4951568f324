import { buildModule } from '@nomicfoundation/ignition-core'
import { type Address, toFunctionSelector } from 'viem'
import { artifactOf } from '../artifacts.ts'
import { GOVERNOR } from './governed-marketplace.ts'
import { ADMINISTRATOR, governed, OPERATOR } from './identity.ts'

const UPGRADE = ['upgradeToAndCall(address,bytes)']
const GOVERNOR_MAY_OF_LISTINGS = ['expel(bytes32,bytes32)']
const GOVERNOR_MAY_OF_AGREEMENTS = ['setFee(uint16)']
const GOVERNOR_MAY_OF_ESCROW = ['setTreasury(address)']
const OPERATOR_MAY_OF_LISTINGS = ['suspend(bytes32,bytes32)', 'reinstate(bytes32)']
const OPERATOR_MAY_OF_ESCROW = [
  'decide(bytes32,uint96,bytes32)',
  'recordBankSettlement((bytes32,uint32,address,address,bytes32,uint8,uint96,uint32,uint16,uint40,uint40,uint32,uint64,uint64),uint32,bytes32,uint96)',
]
const OPERATOR_MAY_OF_EURO = ['mint(address,uint256)']

const DAY = 86_400

/** The contracts of a marketplace beside which its services stand. */
export interface ServicesTerms {
  readonly accessManager: Address
  readonly didRegistry: Address
  readonly accountRegistry: Address
  /** The euro that is paid in; without it one is made that is worth nothing. */
  readonly euroToken?: Address | undefined
  /** Gets the fees. */
  readonly treasury: Address
}

/**
 * Listings, agreements, innovation and compositions, each behind a proxy that only the governor upgrades, after the timelock;
 * and the escrow, which nobody upgrades. At last the administrator too must wait for the timelock.
 * Parameters: `timelockSeconds`, `feeBps`, `acceptanceSeconds`, `decisionSeconds`, `closingSeconds`.
 */
export const services = ({ accessManager, didRegistry, accountRegistry, euroToken, treasury }: ServicesTerms) =>
  buildModule('Services', (m) => {
    const manager = m.contractAt('AccessManager', artifactOf('AccessManager'), accessManager)
    const parties = [didRegistry, accountRegistry]
    const listings = governed(m, 'ListingRegistry', accessManager, parties)
    const agreements = governed(
      m,
      'AgreementRegistry',
      accessManager,
      [...parties, listings],
      [m.getParameter('feeBps', 250)],
    )
    const innovation = governed(m, 'OpenInnovation', accessManager, parties)
    const compositions = governed(m, 'CompositionRegistry', accessManager, [...parties, listings])
    const euro =
      euroToken === undefined
        ? m.contract('DevelopmentEuro', artifactOf('DevelopmentEuro'), [accessManager])
        : m.contractAt('EuroToken', artifactOf('DevelopmentEuro'), euroToken)
    const escrow = m.contract('Escrow', artifactOf('Escrow'), [
      accessManager,
      euro,
      didRegistry,
      agreements,
      treasury,
      m.getParameter('acceptanceSeconds', 7 * DAY),
      m.getParameter('decisionSeconds', 14 * DAY),
      m.getParameter('closingSeconds', 3 * DAY),
    ])

    const allow = (
      target: typeof listings | typeof escrow | typeof euro,
      signatures: readonly string[],
      role: bigint,
      id: string,
    ) => {
      const selectors = signatures.map((signature) => toFunctionSelector(`function ${signature}`))
      return m.encodeFunctionCall(manager, 'setTargetFunctionRole', [target, selectors, role], { id })
    }
    const upgradable = [listings, agreements, innovation, compositions]
    const roles = m.call(manager, 'multicall', [
      [
        ...upgradable.map((proxy, i) => allow(proxy, UPGRADE, GOVERNOR, `upgrade_${i}`)),
        allow(listings, GOVERNOR_MAY_OF_LISTINGS, GOVERNOR, 'governor_may_of_listings'),
        allow(agreements, GOVERNOR_MAY_OF_AGREEMENTS, GOVERNOR, 'governor_may_of_agreements'),
        allow(escrow, GOVERNOR_MAY_OF_ESCROW, GOVERNOR, 'governor_may_of_escrow'),
        allow(listings, OPERATOR_MAY_OF_LISTINGS, OPERATOR, 'operator_may_of_listings'),
        allow(escrow, OPERATOR_MAY_OF_ESCROW, OPERATOR, 'operator_may_of_escrow'),
        ...(euroToken === undefined ? [allow(euro, OPERATOR_MAY_OF_EURO, OPERATOR, 'operator_may_of_euro')] : []),
      ],
    ])
    const timelock = m.getParameter('timelockSeconds', 2 * DAY)
    m.call(manager, 'grantRole', [ADMINISTRATOR, m.getAccount(0), timelock], { id: 'administrator', after: [roles] })
    return { listings, agreements, innovation, compositions, euro, escrow }
  })
