import { OpemError } from '@opem/domain'
import type { Address, LocalAccount } from 'viem'
import { createRepresentativeReader, type Did, type OnChainRepresentative } from '../did/index.ts'
import { bringDelegates, type DelegateChanges, type Delegation, holderAddress } from './delegates.ts'
import type { CheckCredential } from './holder.ts'
import type { IssuedBook, IssuedCredential } from './issued.ts'
import type { WalletKeys } from './keys.ts'
import type { WalletChain } from './wallet-chain.ts'

/** Whether a credential's holder may act for the company on chain by now. */
export type OnChain =
  | { readonly status: 'written'; readonly added: readonly Delegation[] }
  /** The holder has no address (did:jwk, did:key). */
  | { readonly status: 'none'; readonly reason: string }
  /** Not yet: the credential counts, and `publishRepresentatives` brings the rest. */
  | { readonly status: 'waiting'; readonly code: string; readonly reason: string }

export interface RepresentativesOptions {
  readonly did: Did
  readonly book: IssuedBook
  readonly keys: () => Promise<WalletKeys>
  readonly chain: WalletChain
  readonly check: CheckCredential
  readonly payer?: LocalAccount | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

/** Who acts for the company on chain: the ERC-1056 registry follows the book of what the company issued. */
export interface Representatives {
  /** Everybody who may act for the company by the chain, whoever wrote it there. @throws ERR_CHAIN_UNREACHABLE (retryable) */
  onChain(): Promise<readonly OnChainRepresentative[]>
  /**
   * Brings what the chain lacks or has too much, for everybody in the book.
   * @param exactly takes back, too, whom the book does not name: what a stolen key added, or a lost book
   * @throws ERR_WALLET_FUNDS, ERR_WALLET_TRANSACTION, retryable ERR_CHAIN_UNREACHABLE
   */
  publishRepresentatives(options?: { readonly exactly?: boolean }): Promise<DelegateChanges>
}

export function openRepresentatives({ did, book, keys, chain, check, payer, now }: RepresentativesOptions) {
  const { rpcUrl, addresses } = chain
  const reader = createRepresentativeReader({ rpcUrl, registry: addresses.EthereumDIDRegistry, now })
  const onChain = () => reader.representativesOf(did)

  const bring = async (of: (book: readonly IssuedCredential[]) => readonly (Address | undefined)[]) => {
    const issued = await book.list()
    const found = [...new Set(of(issued).filter((address) => address !== undefined))]
    return bringDelegates({
      chain,
      owner: (await keys()).account,
      company: did,
      issued,
      addresses: found,
      now: now(),
      payer,
    })
  }

  const representatives: Representatives = {
    onChain,
    publishRepresentatives: async ({ exactly = false } = {}) => {
      const others = exactly ? (await onChain()).map(({ address }) => address) : []
      return bring((issued) => [...issued.map(holderAddress), ...others])
    },
  }
  return {
    representatives,
    /** After credentials were taken back. @throws what `publishRepresentatives` throws, naming what is left to do */
    takeBack: async (credentials: readonly IssuedCredential[]): Promise<void> => {
      await bring(() => credentials.map(holderAddress)).catch((cause: unknown) => {
        throw stillOnChain(cause)
      })
    },
    /** After a credential was issued: what the chain cannot take now waits. */
    give: async (credential: IssuedCredential): Promise<OnChain> => {
      if (holderAddress(credential) === undefined) return { status: 'none', reason: NO_ADDRESS }
      try {
        const { added } = await bring(() => [holderAddress(credential)])
        return { status: 'written', added }
      } catch (error) {
        if (!(error instanceof OpemError)) throw error
        return { status: 'waiting', code: error.code, reason: error.shortMessage }
      }
    },
    /** After the signing key was declared stolen: what it signed counts no more, and whom it let act does so no more. */
    afterTheft: async (): Promise<void> => {
      const counting = (await book.list()).filter(({ revokedAt }) => revokedAt === null)
      const checked = await Promise.all(counting.map(async ({ jti, jwt }) => ({ jti, ...(await check(jwt)) })))
      const voided = checked.filter((one) => !one.ok && one.code === 'ERR_VC_SIGNATURE').map(({ jti }) => jti)
      await book.markRevoked(voided, now())
      await representatives.publishRepresentatives({ exactly: true }).catch((cause: unknown) => {
        throw stillOnChain(cause, ' --exactly')
      })
    },
  }
}

const NO_ADDRESS =
  'The holder has no address on the chain (did:jwk or did:key): they act for the company here, and sign no transaction.'

/** Less than what was asked for has happened, and whoever asked must know. */
function stillOnChain(cause: unknown, how = ''): unknown {
  if (!(cause instanceof OpemError)) return cause
  return new OpemError({
    code: cause.code,
    shortMessage: `The credentials are taken back, but the chain may still let their holders act for the company: say opem wallet publish${how}, until it succeeds. ${cause.shortMessage}`,
    cause,
    retryable: cause.retryable,
  })
}
