import { join } from 'node:path'
import { listingRegistryAbi } from '@opem/contracts'
import { type Hex, type ListingApproval, type ListingDocument, listingApproval, parseInstant } from '@opem/domain'
import { createWalletClient, http, parseEther } from 'viem'
import { openAccessWorld, walletOf } from './access-world.ts'
import { type Browser, CHAIN_ID } from './browser.ts'
import { administratorWallet } from './founded-community.ts'
import { startContent, until } from './harness.ts'

type World = Awaited<ReturnType<typeof openPublishingWorld>>
export type PublishingWorld = World

/** A marketplace with a content store; "operator" operates it, "Pia" provides services and data, "Sam" uses them. */
export async function openPublishingWorld() {
  let content: Awaited<ReturnType<typeof startContent>> | undefined
  const { freePort } = await import('./harness.ts')
  const port = await freePort()
  const world = await openAccessWorld([], { environment: { OPEM_CONTENT_URL: `http://127.0.0.1:${port}` } })
  content = await startContent({ dir: join(world.folder.path, 'content'), port })
  const signedIn = async (name: string, roles: Parameters<typeof world.registerCitizen>[1]) => {
    const { browser, credential, account } = await world.registerCitizen(name, roles)
    const answer = await browser.signIn([credential])
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    return { browser, account }
  }
  const [operator, pia, rob, sam] = [
    await signedIn('operator', ['service-user']),
    await signedIn('Pia', ['service-provider', 'data-provider']),
    await signedIn('Rob', ['service-provider']),
    await signedIn('Sam', ['service-user']),
  ]
  const registry = { address: world.chain.deployment.addresses.ListingRegistry, abi: listingRegistryAbi } as const
  const { client, anvil, administrator } = world.chain
  for (const name of ['Pia', 'Rob'])
    await client.waitForTransactionReceipt({
      hash: await administrator.sendTransaction({ chain: null, to: walletOf(name).address, value: parseEther('1') }),
    })

  /** The review that the operator sees, and every item of the checklist as right. */
  const review = async (listing: string) => {
    const { body } = await operator.browser.call('GET', `/v1/market/reviews/${listing}`)
    const checks = body.checklist.items.map(({ id }: { id: string }) => ({ item: id, ok: true, reason: null }))
    return { ...body, checks }
  }

  const signApproval = (
    toSign: Omit<ListingApproval, 'deadline'> & { deadline: string },
    signer = administratorWallet,
  ) => {
    const deadline = parseInstant(toSign.deadline)
    if (!deadline.ok) throw new Error(deadline.reason)
    const approval = { ...toSign, deadline: BigInt(deadline.value) }
    return signer.signTypedData(listingApproval({ chainId: CHAIN_ID, listings: registry.address, approval }))
  }

  /** Drafts and submits as somebody. @returns the listing */
  async function submitted(by: Browser, document: ListingDocument): Promise<Hex> {
    const drafted = await by.call('POST', '/v1/market/services', { document })
    if (drafted.status !== 200) throw new Error(JSON.stringify(drafted.body))
    const answer = await by.call('POST', `/v1/market/services/${drafted.body.listing}/submit`, { revision: 1 })
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    return drafted.body.listing
  }

  async function approve(listing: string) {
    const { toSign, checks } = await review(listing)
    return operator.browser.call('POST', `/v1/market/reviews/${listing}/approve`, {
      ...{ checks, content: toSign.content, providerContract: toSign.providerContract, deadline: toSign.deadline },
      signature: await signApproval(toSign),
    })
  }

  /** Sends a call of the registry from a name's wallet, and waits until the API has heard of it. */
  async function send(name: string, functionName: string, args: readonly unknown[]) {
    const wallet = createWalletClient({ transport: http(anvil.url), account: walletOf(name) })
    const hash = await wallet.writeContract({ ...registry, chain: null, functionName, args } as never)
    const { blockNumber } = await client.waitForTransactionReceipt({ hash })
    await until(async () => {
      const { body } = await sam.browser.call('GET', `/v1/market/follower?block=${blockNumber}`)
      return body.caughtUp === true
    })
  }

  async function publish(name: string, by: Browser, listing: string) {
    const { body } = await by.call('GET', `/v1/market/services/${listing}`)
    const { approver: _by, signature, deadline, ...terms } = body.submissions[0].approval
    const until = parseInstant(deadline)
    if (!until.ok) throw new Error(until.reason)
    await send(name, 'publish', [{ ...terms, deadline: BigInt(until.value) }, signature])
  }

  /** Signs in again: a new line of the Account credential ends the sessions of the version before. */
  async function published(name: string, by: Browser, document: ListingDocument): Promise<Hex> {
    const listing = await submitted(by, document)
    const approved = await approve(listing)
    if (approved.status !== 200) throw new Error(JSON.stringify(approved.body))
    await publish(name, by, listing)
    return listing
  }

  return {
    ...{ world, operator, pia, rob, sam, registry, review, signApproval, submitted, approve, send, publish, published },
    async close() {
      await world.close()
      await content?.stop()
    },
  }
}
