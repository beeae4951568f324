import { existsSync, readFileSync } from 'node:fs'
import { listingRegistryAbi } from '@opem/contracts'
import { listingApproval, parseInstant } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import type { Address, Hex, LocalAccount } from 'viem'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import { type Instance, openInstance } from '../instance/instance.ts'
import { print } from '../print.ts'
import { keyFileOf } from '../wallet/names.ts'
import type { DraftOptions, Options, ReasonOptions, RejectOptions } from './command.ts'
import type { Approval, Own, Review, Workbench } from './shapes.ts'

export const SERVICES = '/v1/market/services'

export function idOf(text: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex
  throw refusal(
    'ERR_LISTING',
    `"${text}" is no id of a listing: 0x and 64 hex digits, as opem listing status shows them.`,
  )
}

function documentIn(file: string): Record<string, unknown> {
  if (!existsSync(file)) throw refusal('ERR_FILE', `There is no file ${file}.`)
  try {
    const document = JSON.parse(readFileSync(file, 'utf8')) as unknown
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return document as never
  } catch {
    // said below
  }
  throw refusal('ERR_FILE', `${file} is no JSON object: GET /v1/market/schemas/listing says what a document holds.`)
}

/** The key that signs for who is signed in. */
export async function signerOf({ as }: Options): Promise<LocalAccount> {
  const wallet = as ?? (process.env.OPEM_WALLET || undefined)
  if (wallet === undefined)
    throw refusal('ERR_WALLET', 'This is signed on chain: name the wallet that is signed in with --as.')
  const file = keyFileOf(wallet)
  if (existsSync(file)) return openKeyFile(file)
  throw refusal(
    'ERR_WALLET',
    `${wallet} has no key file ${file}: name a representative’s wallet, which acts for its company.`,
  )
}

export const nextOf = ({ listing, next, state, chain }: Own): string[] => [
  `${listing} is ${chain === null || chain.state === 'published' ? state : chain.state}`,
  next.what,
]

const problemsOf = ({ problems }: Pick<Workbench, 'problems'>): string[] =>
  problems.map(({ path, message }) => `${path || 'the document'}: ${message}`)

export async function draft(file: string, options: DraftOptions): Promise<void> {
  const { api } = await openInstance(options)
  const document = documentIn(file)
  const listing = options.listing === undefined ? undefined : idOf(options.listing)
  if (listing === undefined) {
    const begun = await api.post<Own>(SERVICES, { document })
    const made = await api.get<Workbench>(`${SERVICES}/${begun.listing}`)
    return print(options, made, [...nextOf(made), ...problemsOf(made)])
  }
  const { revision } = await api.get<Workbench>(`${SERVICES}/${listing}`)
  await api.put(`${SERVICES}/${listing}/draft`, { revision, document })
  const made = await api.get<Workbench>(`${SERVICES}/${listing}`)
  print(options, made, [...nextOf(made), ...problemsOf(made)])
}

export async function status(id: string | undefined, options: Options): Promise<void> {
  const { api } = await openInstance(options)
  if (id !== undefined) {
    const one = await api.get<Workbench>(`${SERVICES}/${idOf(id)}`)
    const [last] = one.submissions
    const wrong = one.state === 'rejected' ? (last?.checks ?? []).filter(({ ok }) => !ok) : []
    return print(options, one, [
      one.title ?? 'without a title',
      ...nextOf(one),
      ...(one.state === 'rejected' && last?.reason ? [last.reason] : []),
      ...wrong.map(({ item, reason }) => `${item}: ${reason}`),
      ...(one.state === 'draft' ? problemsOf(one) : []),
    ])
  }
  const items: Own[] = []
  for (let after: string | null = ''; after !== null; ) {
    const page: { items: Own[]; next: string | null } = await api.get(
      `${SERVICES}?limit=100${after && `&after=${after}`}`,
    )
    items.push(...page.items)
    after = page.next
  }
  const lines = items.flatMap((one) => [
    `${one.title ?? 'without a title'}, version ${one.version}`,
    ...nextOf(one).map((line) => `  ${line}`),
  ])
  print(options, items, lines.length > 0 ? lines : ['the account offers nothing yet: opem listing draft FILE'])
}

export async function submit(id: string, options: Options): Promise<void> {
  const { api } = await openInstance(options)
  const { revision } = await api.get<Workbench>(`${SERVICES}/${idOf(id)}`)
  const submitted = await api.post<Workbench>(`${SERVICES}/${idOf(id)}/submit`, { revision })
  print(options, submitted, nextOf(submitted))
}

export async function publish(id: string, options: Options & { acceptContract?: string }): Promise<void> {
  const [instance, signer] = [await openInstance(options), await signerOf(options)]
  const one = await instance.api.get<Workbench>(`${SERVICES}/${idOf(id)}`)
  const approval = one.state === 'approved' ? one.submissions[0]?.approval : undefined
  if (!approval) throw refusal('ERR_NOT_APPROVED', `The listing is ${one.state}: ${one.next.what}`)
  const { providerContract: contract } = one
  if (options.acceptContract !== String(contract.version))
    throw refusal(
      'ERR_CONTRACT',
      `Nobody publishes without the contract with the marketplace: read GET /v1/market/provider-contracts/${contract.digest}, then --accept-contract ${contract.version}.`,
    )
  const { approver: _by, signature, ...terms } = approval
  await onChain(instance, signer, 'publish', [{ ...terms, deadline: secondsOf(approval.deadline) }, signature as Hex])
  const published = await instance.api.get<Workbench>(`${SERVICES}/${idOf(id)}`)
  print(options, published, nextOf(published))
}

export async function stop(id: string, options: ReasonOptions): Promise<void> {
  const [instance, signer, listing] = [await openInstance(options), await signerOf(options), idOf(id)]
  const { reason } = await instance.api.post<{ reason: Hex }>(`/v1/market/listings/${listing}/reasons`, {
    words: options.reason,
  })
  await onChain(instance, signer, 'stop', [listing, reason])
  const stopped = await instance.api.get<Workbench>(`${SERVICES}/${listing}`)
  print(options, stopped, nextOf(stopped))
}

export async function start(id: string, options: Options): Promise<void> {
  const [instance, signer, listing] = [await openInstance(options), await signerOf(options), idOf(id)]
  await onChain(instance, signer, 'start', [listing])
  const started = await instance.api.get<Workbench>(`${SERVICES}/${listing}`)
  print(options, started, nextOf(started))
}

export async function approve(id: string, options: Options): Promise<void> {
  const [instance, signer] = [await openInstance(options), await signerOf(options)]
  const { api, chainId } = instance
  const { toSign, checklist, document } = await api.get<Review>(`/v1/market/reviews/${idOf(id)}`)
  const approval = { ...toSign, deadline: secondsOf(toSign.deadline) }
  const signature = await signer.signTypedData(
    listingApproval({ chainId, listings: await registryOf(instance), approval }),
  )
  const checks = checklist.items.map(({ id: item }) => ({ item, ok: true, reason: null }))
  const { content, providerContract, deadline } = toSign
  const answer = await api.post<Review>(`/v1/market/reviews/${idOf(id)}/approve`, {
    ...{ checks, content, providerContract, deadline, signature },
  })
  print(options, answer, [`${document.title ?? idOf(id)} is approved; its provider publishes it`])
}

export async function reject(id: string, options: RejectOptions): Promise<void> {
  const { api } = await openInstance(options)
  const { checklist, document } = await api.get<Review>(`/v1/market/reviews/${idOf(id)}`)
  const wrong = new Map(options.item.map(itemAndReason))
  const known = checklist.items.map(({ id: item }) => item)
  const unknown = [...wrong.keys()].find((item) => !known.includes(item))
  if (unknown !== undefined)
    throw refusal('ERR_CHECKS', `The checklist has no item "${unknown}": its items are ${known.join(', ')}.`)
  const checks = known.map((item) => ({ item, ok: !wrong.has(item), reason: wrong.get(item) ?? null }))
  const answer = await api.post<Review>(`/v1/market/reviews/${idOf(id)}/reject`, {
    checks,
    reason: options.reason ?? '',
  })
  print(options, answer, [`${document.title ?? idOf(id)} goes back to its provider`])
}

function itemAndReason(text: string): [string, string] {
  const [, item, reason] = /^([a-z0-9-]+)=(.+)$/s.exec(text) ?? []
  if (item !== undefined && reason !== undefined) return [item, reason]
  throw refusal('ERR_CHECKS', `--item is "${text}": give an item and why, like privacy="say how long it is kept".`)
}

function secondsOf(text: string): bigint {
  const read = parseInstant(text)
  if (read.ok) return BigInt(read.value)
  throw refusal('ERR_ANSWER', `The API answered with "${text}", which is no time.`)
}

const registryOf = async ({ api }: Instance): Promise<Address> =>
  (await api.get<{ addresses: { ListingRegistry: Address } }>('/v1/settings')).addresses.ListingRegistry

type Arguments = {
  publish: [Omit<Approval, 'deadline' | 'approver' | 'signature'> & { deadline: bigint }, Hex]
  stop: [Hex, Hex]
  start: [Hex]
  remove: [Hex, Hex]
  suspend: [Hex, Hex]
  reinstate: [Hex]
  offer: [Hex, Address]
  accept: [Hex]
}

/** Sends a call of the registry, and waits until the marketplace has heard of it. */
export async function onChain<N extends keyof Arguments>(
  instance: Instance,
  signer: LocalAccount,
  name: N,
  args: Arguments[N],
): Promise<void> {
  const receipt = await send(
    instance.chain,
    signer,
    call(await registryOf(instance), listingRegistryAbi, name, args as never),
  )
  for (let tries = 0; tries < 12; tries += 1)
    if ((await instance.api.get<{ caughtUp: boolean }>(`/v1/market/follower?block=${receipt.blockNumber}`)).caughtUp)
      return
}
