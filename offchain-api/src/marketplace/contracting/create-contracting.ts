import type { PrivateKeyAccount } from 'viem'
import type { AccessParts } from '../../access/access.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { type AgreementChain, createAgreementChain } from './agreement-chain.ts'
import { keepContracting } from './keep-contracting.ts'
import type { ContractingParts } from './parts.ts'

/** Contracting on the store and the chain of one marketplace, and what it does by itself. */
export function createContracting({
  access,
  chainUrl,
  deployment,
  relayer,
  log,
}: {
  readonly access: Pick<AccessParts, 'store' | 'now'>
  readonly chainUrl: string
  readonly deployment: () => Promise<Deployment>
  readonly relayer: (() => Promise<PrivateKeyAccount>) | undefined
  readonly log: (line: string) => void
}): { readonly parts: ContractingParts; close(): Promise<void> } {
  let known: { readonly on: Deployment; readonly made: AgreementChain } | undefined
  const chain = async () => {
    const on = await deployment()
    if (known?.on !== on) known = { on, made: createAgreementChain({ url: chainUrl, deployment: on }) }
    return known.made
  }
  const keeper = keepContracting({ access, chain, relayer, log })
  return {
    parts: { store: access.store, chain, relays: relayer !== undefined, wake: keeper.wake, now: access.now },
    close: keeper.close,
  }
}
