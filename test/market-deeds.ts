import { join } from 'node:path'
import { agreementRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import {
  type AgreementTermsJson,
  agreementTypedData,
  contentBytes,
  type Hex,
  type ListingDocument,
  listingApproval,
  listingKindNumber,
  parseAgreementTerms,
} from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { createPublicClient, createWalletClient, http, keccak256, sha256, toHex } from 'viem'
import { foundry } from 'viem/chains'
import type { SignedIn } from './companies.ts'
import { type Instance, until } from './instance.ts'

const CHAIN = 31337
const chainOf = ({ chain }: Instance) =>
  createPublicClient({ chain: foundry, transport: http(chain), pollingInterval: 100 })
const walletOf = ({ chain }: Instance, { wallet }: SignedIn) =>
  createWalletClient({ account: wallet, chain: foundry, transport: http(chain) })
const addressesOf = async ({ page }: Instance) =>
  ((await (await fetch(`${page}/v1/settings`)).json()) as { addresses: Record<string, Hex> }).addresses

/** A request of somebody's browser. @throws when it is refused */
export async function asks<T>(
  { page }: Instance,
  who: SignedIn,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  data?: object,
): Promise<T> {
  const answer = await who.context.request.fetch(`${page}${path}`, { method, ...(data && { data }) })
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Publishes a document for a party as the operator approves it; the pages for that are told by another story. */
export async function publishAs(
  instance: Instance,
  who: SignedIn,
  { party, listing, document }: { party: Hex; listing: Hex; document: ListingDocument },
): Promise<void> {
  const bytes = contentBytes(document)
  const form = new FormData()
  form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'listing.json')
  const port = Number(new URL(instance.page).port) + 4
  const kept = await fetch(`http://127.0.0.1:${port}/api/v0/add?cid-version=1&raw-leaves=true&pin=true`, {
    ...{ method: 'POST', body: form },
  })
  if (!kept.ok) throw new Error(`the content store answered ${kept.status}`)
  const { ListingRegistry } = await addressesOf(instance)
  const operator = await openKeyFile(join(instance.home, 'keys', 'operator.json'))
  const approval = {
    ...{ listing, provider: party, kind: listingKindNumber(document.kind), version: 1, content: sha256(bytes) },
    ...{ providerContract: keccak256(toHex('contract')), deadline: 2n ** 40n },
  }
  const signature = await operator.signTypedData(
    listingApproval({ chainId: CHAIN, listings: ListingRegistry!, approval }),
  )
  const hash = await walletOf(instance, who).writeContract({
    ...{ address: ListingRegistry!, abi: listingRegistryAbi, functionName: 'publish', args: [approval, signature] },
  })
  await chainOf(instance).waitForTransactionReceipt({ hash })
}

/** A consumer's signed offer under a plan of a listing. @returns its id */
export async function offerOf(instance: Instance, consumer: SignedIn, listing: Hex, plan: string): Promise<Hex> {
  const draft = { listing, plan, parameters: {}, meters: {} }
  let drafted: { terms: AgreementTermsJson; document: object } | undefined
  await until('the listing can be contracted', 30_000, async () => {
    drafted = await asks(instance, consumer, 'POST', '/v1/agreements/drafts', draft)
    return true
  })
  const { terms, document } = drafted!
  const signature = await signed(instance, consumer, terms)
  return (await asks<{ id: Hex }>(instance, consumer, 'POST', '/v1/agreements', { terms, document, signature })).id
}

const signed = async (instance: Instance, { wallet }: SignedIn, terms: AgreementTermsJson): Promise<Hex> => {
  const { AgreementRegistry: agreements } = await addressesOf(instance)
  return wallet.signTypedData(
    agreementTypedData({ chainId: CHAIN, agreements: agreements!, agreement: parseAgreementTerms(terms) }),
  )
}

/** The provider signs an offer too, and brings it to the chain. */
export async function concludeAs(instance: Instance, provider: SignedIn, id: Hex): Promise<void> {
  const { terms } = await asks<{ terms: AgreementTermsJson }>(instance, provider, 'GET', `/v1/agreements/${id}`)
  const signature = await signed(instance, provider, terms)
  await asks(instance, provider, 'POST', `/v1/agreements/${id}/signatures`, { signature })
  const { signatures } = await asks<{ signatures: { consumer: Hex; provider: Hex } }>(
    ...([instance, provider, 'GET', `/v1/agreements/${id}`] as const),
  )
  const { AgreementRegistry: address } = await addressesOf(instance)
  const hash = await walletOf(instance, provider).writeContract({
    ...{ address: address!, abi: agreementRegistryAbi, functionName: 'conclude' },
    args: [parseAgreementTerms(terms), signatures.consumer, signatures.provider],
  })
  await chainOf(instance).waitForTransactionReceipt({ hash })
}

/** Brings the service under an agreement to where its user may use it. */
export async function provideAs(instance: Instance, provider: SignedIn, consumer: SignedIn, id: Hex): Promise<void> {
  for (const [who, step] of [
    [provider, 'data-checks'],
    [provider, 'adaptations'],
    [provider, 'readiness'],
    [consumer, 'starts'],
  ] as const)
    await until(`the service takes the step “${step}”`, 30_000, async () => {
      await asks(instance, who, 'POST', `/v1/agreements/${id}/instance/${step}`, {})
      return true
    })
}
