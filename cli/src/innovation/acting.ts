import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Abi, Hex } from 'viem'
import { type AgreementOptions, agreementVerb, openParty } from '../agreement/party.ts'
import { send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'

export type Options = AgreementOptions

export const verb = (parent: Command, name: string, description: string): Command =>
  agreementVerb(parent, name, description)

/** Somebody who is signed in and whose key acts on a marketplace contract. */
export async function acting(options: Options, contract: 'OpenInnovation' | 'CompositionRegistry') {
  const { instance, key } = await openParty(options)
  return {
    api: instance.api,
    /** Sends a call and waits until the API has heard of it. @returns the transaction */
    async onChain(abi: Abi, functionName: string, args: readonly unknown[]): Promise<Hex> {
      const { addresses } = await instance.api.get<{ addresses: Record<string, Hex> }>('/v1/settings')
      const address = addresses[contract]
      if (address === undefined)
        throw refusal('ERR_NO_DEPLOYMENT', `This marketplace does not say where its ${contract} is.`)
      const receipt = await send(instance.chain, key, { address, abi, functionName, args })
      for (let tries = 0; tries < 12; tries += 1) {
        const path = `/v1/market/follower?block=${receipt.blockNumber}`
        if ((await instance.api.get<{ caughtUp: boolean }>(path)).caughtUp) break
      }
      return receipt.transactionHash
    },
  }
}

/** @throws ERR_ID */
export function idOf(text: string, what: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex
  throw refusal('ERR_ID', `"${text}" is no id of a ${what}: 0x and 64 hex digits.`)
}

/** What is in a JSON file. @throws ERR_FILE */
export function jsonIn(file: string): unknown {
  if (!existsSync(file)) throw refusal('ERR_FILE', `There is no file ${file}.`)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw refusal('ERR_FILE', `${file} is no JSON.`)
  }
}

/** All items of a paged list. */
export async function allOf<T>(api: { get<A>(path: string): Promise<A> }, path: string): Promise<T[]> {
  const items: T[] = []
  for (let after: string | null | undefined; after !== null; ) {
    const query = new URLSearchParams({ limit: '100', ...(after && { after }) })
    const page: { items: T[]; next: string | null } = await api.get(`${path}?${query}`)
    items.push(...page.items)
    after = page.next
  }
  return items
}
