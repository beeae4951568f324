export * from './abi/index.ts'
export {
  ACCOUNT_KINDS,
  ACCOUNT_ROLES,
  ACCOUNT_STATUSES,
  type AccountKind,
  type AccountStatus,
} from './accounts/states.ts'
export { type Governor, readGovernors } from './governors.ts'
export { houseErrors, withHouseErrors } from './house-errors.ts'
export { MARKET_CHAIN_CONTRACTS, type MarketChainAddresses, openMarketChain } from './market-chain.ts'
export { revocationTypedData } from './revocation.ts'
export { packSignatures, unpackSignatures } from './signatures.ts'
