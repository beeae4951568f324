import type { Address, Hex } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance } from '../instance/instance.ts'
import { print } from '../print.ts'
import type { Options, ReasonOptions, ToOptions } from './command.ts'
import type { Managed, Workbench } from './shapes.ts'
import { idOf, nextOf, onChain, SERVICES, signerOf } from './steps.ts'

export async function update(id: string, options: Options): Promise<void> {
  const { api } = await openInstance(options)
  const begun = await api.post<Workbench>(`${SERVICES}/${idOf(id)}/update`, undefined)
  print(options, begun, [...nextOf(begun), `save another document with opem listing draft FILE --listing ${idOf(id)}`])
}

export async function withdraw(id: string, options: Options): Promise<void> {
  const { api } = await openInstance(options)
  const withdrawn = await api.post<Workbench>(`${SERVICES}/${idOf(id)}/withdraw`, undefined)
  print(options, withdrawn, nextOf(withdrawn))
}

/** A step whose words stay off the chain. */
const reasoned =
  (name: 'remove' | 'suspend') =>
  async (id: string, options: ReasonOptions): Promise<void> => {
    const [instance, signer, listing] = [await openInstance(options), await signerOf(options), idOf(id)]
    const { reason } = await instance.api.post<{ reason: Hex }>(`/v1/market/listings/${listing}/reasons`, {
      words: options.reason,
    })
    await onChain(instance, signer, name, [listing, reason])
    await show(instance, listing, options)
  }

export const remove = reasoned('remove')
export const suspend = reasoned('suspend')

const plain =
  (name: 'reinstate' | 'accept') =>
  async (id: string, options: Options): Promise<void> => {
    const [instance, signer, listing] = [await openInstance(options), await signerOf(options), idOf(id)]
    await onChain(instance, signer, name, [listing])
    await show(instance, listing, options)
  }

export const reinstate = plain('reinstate')
export const takeOver = plain('accept')

export async function offer(id: string, options: ToOptions): Promise<void> {
  const [instance, signer, listing] = [await openInstance(options), await signerOf(options), idOf(id)]
  await onChain(instance, signer, 'offer', [listing, addressIn(options.to)])
  await show(instance, listing, options)
}

/** @example addressIn('did:ethr:0x7a69:0xAb…') // '0xab…' */
function addressIn(text: string): Address {
  const found = /^(?:did:ethr:(?:0x[0-9a-f]+:)?)?(0x[0-9a-f]{40})$/i.exec(text)?.[1]
  if (found !== undefined) return found.toLowerCase() as Address
  throw refusal('ERR_PARTY', `--to is "${text}": give a DID like did:ethr:0x7a69:0x… or an address.`)
}

export async function assign(id: string, options: ToOptions): Promise<void> {
  const instance = await openInstance(options)
  await instance.api.post(`${SERVICES}/${idOf(id)}/access`, { did: options.to })
  await show(instance, idOf(id), options)
}

export async function revoke(id: string, options: ToOptions): Promise<void> {
  const instance = await openInstance(options)
  const { access } = await instance.api.get<Managed>(`${SERVICES}/${idOf(id)}/manage`)
  const to = options.to.toLowerCase()
  const listed = access.find(({ did, account }) => did.toLowerCase() === to || account === to)
  if (listed === undefined)
    throw refusal(
      'ERR_NOT_LISTED',
      `${options.to} is not on the access list; on it ${access.length === 0 ? 'is nobody' : `are ${access.map(({ did }) => did).join(', ')}`}.`,
    )
  await instance.api.delete(`${SERVICES}/${idOf(id)}/access/${listed.account}`)
  await show(instance, idOf(id), options)
}

async function show({ api }: Instance, listing: Hex, options: Options): Promise<void> {
  const it = await api.get<Managed>(`${SERVICES}/${listing}/manage`)
  const { chain, owner, offeredTo, policy, access } = it
  print(options, it, [
    `${listing} is ${chain?.state ?? 'not published'}${chain?.reason ? `: ${chain.reason}` : ''}`,
    `owner  ${owner.name} ${owner.address}${offeredTo === null ? '' : `, offered to ${offeredTo.name ?? offeredTo.address}`}`,
    `access ${policy.restricted ? 'only who is on the list' : 'everybody'}`,
    ...access.map(({ did, name }) => `  ${did}${name === null ? '' : ` ${name}`}`),
  ])
}

export async function manage(id: string, options: Options): Promise<void> {
  await show(await openInstance(options), idOf(id), options)
}
