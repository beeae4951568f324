import { buildModule, type IgnitionModuleBuilder } from '@nomicfoundation/ignition-core'
import { type Address, toFunctionSelector } from 'viem'
import { artifactOf, type ContractName } from '../artifacts.ts'
import { GOVERNOR } from './governed-marketplace.ts'

/** AccessManager role that opens, activates and renews accounts. */
export const REGISTRAR = 2n
/** AccessManager role that suspends, reinstates and revokes accounts, changes their roles, and accredits issuers. */
export const OPERATOR = 3n

/** AccessManager role that commits market prices. */
export const PRICE_PUBLISHER = 4n

export const ADMINISTRATOR = 0n

const REGISTRAR_MAY = [
  'open(bytes32,uint8,uint8,bytes32,uint64)',
  'activate(bytes32,uint32,bytes32)',
  'renew(bytes32,uint32,bytes32,bytes32)',
]
const OPERATOR_MAY = ['suspend(bytes32)', 'reinstate(bytes32)', 'revoke(bytes32)', 'changeRoles(bytes32,uint8)']
const OPERATOR_MAY_OF_ISSUERS = ['accredit(bytes32,bytes32)', 'withdraw(bytes32,bytes32)']
const PUBLISHER_MAY = [
  'commitPrices(bytes32,(uint64,uint64,bytes32)[])',
  'restatePrices(bytes32,uint64,bytes32,bytes32)',
]
const UPGRADE = ['upgradeToAndCall(address,bytes)']

const selectors = (signatures: readonly string[]) => signatures.map((signature) => toFunctionSelector(signature))

/** The contracts of a marketplace on which its identity stands, and who gets which role at once. */
export interface IdentityTerms {
  readonly accessManager: Address
  readonly didRegistry: Address
  readonly registrars: readonly Address[]
  readonly operators: readonly Address[]
}

/**
 * The registries and the book of prices: registries each behind a proxy that only the governor upgrades, after the timelock.
 * The administrator's own timelock comes with the last module (services.ts).
 */
export const identity = ({ accessManager, didRegistry, registrars, operators }: IdentityTerms) =>
  buildModule('Identity', (m) => {
    const manager = m.contractAt('AccessManager', artifactOf('AccessManager'), accessManager)
    const issuers = governed(m, 'IssuerRegistry', accessManager)
    const schemas = governed(m, 'SchemaRegistry', accessManager)
    const definitions = governed(m, 'CredentialDefinitionRegistry', accessManager, [didRegistry, schemas])
    const revocations = governed(m, 'RevocationRegistry', accessManager, [didRegistry])
    const accounts = governed(m, 'AccountRegistry', accessManager)
    const prices = m.contract('PriceBook', artifactOf('PriceBook'), [accessManager])

    const allow = (target: Proxy | typeof prices, signatures: readonly string[], role: bigint, id: string) =>
      m.encodeFunctionCall(manager, 'setTargetFunctionRole', [target, selectors(signatures), role], { id })
    const label = (role: bigint, name: string) =>
      m.encodeFunctionCall(manager, 'labelRole', [role, name], { id: `label_${name}` })
    const upgradable = [issuers, schemas, definitions, revocations, accounts]
    m.call(manager, 'multicall', [
      [
        ...upgradable.map((proxy, i) => allow(proxy, UPGRADE, GOVERNOR, `upgrade_${i}`)),
        allow(accounts, REGISTRAR_MAY, REGISTRAR, 'registrar_may'),
        allow(accounts, OPERATOR_MAY, OPERATOR, 'operator_may'),
        allow(issuers, OPERATOR_MAY_OF_ISSUERS, OPERATOR, 'operator_may_of_issuers'),
        allow(prices, PUBLISHER_MAY, PRICE_PUBLISHER, 'publisher_may'),
        label(REGISTRAR, 'registrar'),
        label(OPERATOR, 'operator'),
        label(PRICE_PUBLISHER, 'price_publisher'),
        grant(PRICE_PUBLISHER, m.getAccount(0)),
        ...registrars.map((account) => grant(REGISTRAR, account)),
        ...operators.map((account) => grant(OPERATOR, account)),
      ],
    ])
    function grant(role: bigint, account: Address | ReturnType<typeof m.getAccount>) {
      const id = `grant_${role}_${typeof account === 'string' ? account : 'deployer'}`
      return m.encodeFunctionCall(manager, 'grantRole', [role, account, 0], { id })
    }
    return { issuers, schemas, definitions, revocations, accounts, prices }
  })

type Proxy = ReturnType<typeof governed>

/** An implementation and its proxy, initialised in the transaction that makes it. */
export function governed(
  m: IgnitionModuleBuilder,
  name: ContractName,
  accessManager: Address,
  args: unknown[] = [],
  initialState: unknown[] = [],
) {
  const implementation = m.contract(name, artifactOf(name), args as never[])
  const initialise = m.encodeFunctionCall(implementation, 'initialise', [accessManager, ...initialState] as never[])
  return m.contract('ERC1967Proxy', artifactOf('ERC1967Proxy'), [implementation, initialise], { id: `${name}Proxy` })
}
