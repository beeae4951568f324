import type { Result } from '@opem/domain'
import { bytesToHex, type Hex, type LocalAccount, parseEther } from 'viem'
import { addressOfDid, type Did, didOfAddress } from '../did/index.ts'
import { createDidcomm, type DidcommCode } from '../didcomm/index.ts'
import { answerMessage } from './answer.ts'
import { createCheck } from './check.ts'
import { type Company, openCompany } from './company.ts'
import {
  AGREEMENT_ATTRIBUTE,
  changeDocument,
  type DocumentChange,
  ENDPOINT_ATTRIBUTE,
  endpointValue,
} from './did-document.ts'
import { followBook } from './follow-book.ts'
import { type Holder, openHolder } from './holder.ts'
import { type IssuedCredential, openIssuedBook } from './issued.ts'
import { createKeyReader, keysOf, newKeyMaterial, writeKeys } from './keys.ts'
import { readProfile, type WalletProfile, writeProfile } from './profile.ts'
import { openRepresentatives, type Representatives } from './representatives.ts'
import { type RotatedKey, rotateKey } from './rotate.ts'
import type { WalletSecret } from './seal.ts'
import { openSeenFile } from './seen-file.ts'
import { type ServeOptions, serveWallet } from './serve.ts'
import { type ChainOptions, openWalletChain } from './wallet-chain.ts'

export interface CloudWalletOptions {
  /** The wallet's folder. */
  readonly home: string
  /** What opens its keys; may be left out when only their file's mode protects them. */
  readonly secret?: WalletSecret | undefined
  readonly chain: ChainOptions
  /** Pays for transactions with its own ether; the company's own key when left out. */
  readonly payer?: LocalAccount | undefined
  /** Epoch seconds. */
  readonly now?: () => number
}

export interface NewCloudWallet extends CloudWalletOptions {
  readonly secret: WalletSecret
  readonly company: WalletProfile['company']
  readonly endpoint: string
  readonly marketplace: Did
  readonly acceptFrom?: readonly Did[]
  /** Development: gives the wallet ether to pay with. */
  readonly giver?: LocalAccount
}

/** A company's wallet: it holds the company's credentials, issues those of its employees, and answers for it online. */
export interface CloudWallet extends Holder, Company, Representatives {
  profile(): Promise<WalletProfile>
  issued(): Promise<IssuedCredential[]>
  rotate(which: RotatedKey, options?: { readonly stolen?: boolean }): Promise<Hex>
  /** Answers one sealed message. */
  answer(packed: string): Promise<Result<string, DidcommCode>>
  serve(options: ServeOptions): Promise<{ readonly url: string; close(): Promise<void> }>
}

const DEVELOPMENT_GIFT = parseEther('10')

/**
 * Makes a company's wallet: new keys in `home`, its DID, and on chain its key agreement key and its endpoint.
 * @throws ERR_WALLET_EXISTS, ERR_WALLET_PROFILE, ERR_WALLET_FUNDS (its address is in the sentence; fund it, then publish)
 */
export async function createCloudWallet(options: NewCloudWallet): Promise<CloudWallet> {
  const { home, secret, chain, payer, company, endpoint, marketplace, acceptFrom = [], giver } = options
  const material = newKeyMaterial()
  const did = didOfAddress(chain.chainId, keysOf(material).account.address)
  await writeProfile(home, { version: 1, did, company, endpoint, marketplace, acceptFrom: [...acceptFrom] }, 'new')
  await writeKeys(home, material, secret, 'new')
  const ledger = openWalletChain(chain)
  if (giver) await ledger.give(giver, addressOfDid(did)!, DEVELOPMENT_GIFT)
  await publishDocument({ home, secret, chain, payer })
  return openCloudWallet(options)
}

/** Publishes the key agreement key and the endpoint, those that the chain does not show yet. */
export async function publishDocument({
  home,
  secret,
  chain,
  payer,
}: Pick<CloudWalletOptions, 'home' | 'secret' | 'chain' | 'payer'>): Promise<void> {
  const { did, endpoint } = await readProfile(home)
  const { account, agreement } = await createKeyReader(home, secret)()
  const ledger = openWalletChain(chain)
  const { keyAgreement, services } = await ledger.resolver.resolve(did)
  const wanted: DocumentChange[] = []
  if (!keyAgreement.some(({ publicKey }) => bytesToHex(publicKey) === bytesToHex(agreement.publicKey))) {
    wanted.push({ kind: 'setAttribute', name: AGREEMENT_ATTRIBUTE, value: bytesToHex(agreement.publicKey) })
  }
  const urlOf = ({ serviceEndpoint }: (typeof services)[number]): unknown =>
    (serviceEndpoint as { uri?: unknown } | null)?.uri
  const published = services.filter(({ type }) => type === 'DIDCommMessaging').map(urlOf)
  for (const old of published) {
    if (typeof old === 'string' && old !== endpoint) {
      wanted.push({ kind: 'revokeAttribute', name: ENDPOINT_ATTRIBUTE, value: endpointValue(old) })
    }
  }
  if (!published.includes(endpoint)) {
    wanted.push({ kind: 'setAttribute', name: ENDPOINT_ATTRIBUTE, value: endpointValue(endpoint) })
  }
  for (const change of wanted) await changeDocument(ledger, account, addressOfDid(did)!, change, payer)
}

/** Opens a company's wallet. @throws ERR_WALLET_MISSING, ERR_WALLET_LOCKED, ERR_WALLET_FILE */
export async function openCloudWallet({
  home,
  secret,
  chain,
  payer,
  now = () => Math.floor(Date.now() / 1000),
}: CloudWalletOptions): Promise<CloudWallet> {
  const { did, marketplace } = await readProfile(home)
  const keys = createKeyReader(home, secret)
  await keys()
  const ledger = openWalletChain(chain)
  const check = createCheck(chain, ledger.resolver, marketplace, now)
  const signer = { sign: async (what: { hash: Hex }) => (await keys()).account.sign(what) }
  const holder = openHolder({ did, signer, home, check, now })
  const book = openIssuedBook(home)
  const profile = () => readProfile(home)
  const seen = await openSeenFile(home)
  const { representatives, ...onChain } = openRepresentatives({ did, book, keys, chain: ledger, check, payer, now })

  const wallet: CloudWallet = {
    ...holder,
    ...openCompany({ book, profile, keys, chain: ledger, onChain, payer, now }),
    ...representatives,
    profile,
    issued: book.list,
    rotate: async (which, { stolen = false } = {}) => {
      const terms = { home, did, secret: secret ?? { kind: 'file-mode' as const }, chain: ledger, payer }
      const hash = await rotateKey(terms, which, stolen)
      if (stolen) await onChain.afterTheft()
      return hash
    },
    answer: async (packed) => {
      const known = await profile()
      const didcomm = createDidcomm({
        did,
        keys: [(await keys()).agreement],
        resolver: ledger.resolver,
        now,
        seen,
        mayWrite: (from) => from === known.marketplace || known.acceptFrom.includes(from),
      })
      const answer = await answerMessage(packed, { didcomm, holder, profile: known, now })
      await seen.written()
      return answer
    },
    serve: async (options) => {
      const { url, close } = await serveWallet(wallet, options)
      const stop = followBook({ home, publish: representatives.publishRepresentatives })
      const end = (): Promise<void> => {
        stop()
        return close()
      }
      return { url, close: end }
    },
  }
  return wallet
}
