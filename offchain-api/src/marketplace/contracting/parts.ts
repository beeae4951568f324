import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { AgreementChain } from './agreement-chain.ts'

/** What contracting works with. */
export interface ContractingParts {
  readonly store: OperationalStore
  /** @throws ERR_DEPLOYMENT_UNKNOWN (retryable) */
  chain(): Promise<AgreementChain>
  /** Whether this API brings agreements to the chain for parties whose wallets hold no ether. */
  readonly relays: boolean
  /** Something waits to be relayed. */
  wake(): void
  /** Seconds since 1970. */
  now(): number
}

/** Account of the DID that an address of this chain has. */
export type AccountOf = (address: Hex) => Hex
