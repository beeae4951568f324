import {
  type Agreement,
  agreementId,
  agreementTypedData,
  type Hex,
  type MarketRole,
  roleBits,
  voucherTypedData,
} from '@opem/domain'
import { type Address, encodeFunctionData, keccak256, numberToHex, parseEther, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { ethereumDidRegistryAbi } from '../../contracts/abi/index.ts'
import { idOf, type Market, micro, type Party } from '../../contracts/testing/market.ts'
import { keyOf } from '../../contracts/testing/marketplace.ts'

const PROVIDERS = 20
const CONSUMERS = 200
/** Sent at once, then mined as one block: blocks of a chain on which much happens. */
const AT_ONCE = 25
const VOUCHERS = 20
const PRICE = micro('1')
const FAR = 2n ** 40n - 1n
const [SUBSCRIPTION, PAY_PER_USE] = [2, 3]
/** Events that each agreement brings: concluded, a deposit for it, and paid, or reserved and two vouchers claimed. */
const EVENTS_EACH = 3.5

type Sent = { readonly from: Address; readonly to: Address; readonly data: Hex }
interface Provider extends Party {
  /** Signs agreements for it: itself, or a delegate. */
  readonly hand: Party['signer']
  readonly listing: Hex
}

/**
 * Fills a fresh market with about so many events: parties with accounts and delegates, listings, agreements signed by both sides,
 * deposits, payments, reserves and vouchers claimed in batches. All signatures are real; senders are impersonated, many to a block.
 */
export async function fillMarket(market: Market, events: number): Promise<void> {
  const { tester, operator, contracts } = market
  const { listings, agreements, escrow, euro, accounts } = contracts
  const chainId = market.client.chain.id
  const send = senderOf(market)
  const by = operator.account.address
  const call = (of: { address: Address; abi: unknown }, functionName: string, args: readonly unknown[]) => ({
    to: of.address,
    data: encodeFunctionData({ abi: of.abi, functionName, args } as never),
  })
  const many = <T>(count: number, make: (place: number) => T) => Array.from({ length: count }, (_, i) => make(i))

  const partyOf = (name: string, roles: readonly MarketRole[]): Party => {
    const signer = privateKeyToAccount(keyOf(name))
    return { address: signer.address, account: market.accountOf(signer.address), roles, signer }
  }
  const providers: Provider[] = many(PROVIDERS, (i) => {
    const own = partyOf(`busy provider ${i}`, ['service-provider'])
    const hand = i % 2 === 0 ? own.signer : privateKeyToAccount(keyOf(`representative ${i}`))
    return { ...own, hand, listing: idOf(`busy listing ${i}`) }
  })
  const consumers = many(CONSUMERS, (i) => partyOf(`busy consumer ${i}`, ['service-user']))
  const until = BigInt(await market.now()) + 86_400n
  for (const { address } of [...providers, ...consumers]) await tester.setBalance({ address, value: parseEther('100') })
  const opened = [...providers, ...consumers].map(({ account, roles }) => ({ account, roles, hash: idOf(account) }))
  await send(
    opened.map((it) => ({ from: by, ...call(accounts, 'open', [it.account, 0, roleBits(it.roles), it.hash, until]) })),
  )
  await send(opened.map((it) => ({ from: by, ...call(accounts, 'activate', [it.account, 1, it.hash]) })))
  const dids = { address: market.addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi }
  const type = toHex('opem/service-provider', { size: 32 })
  await send(
    providers.map(({ address, hand }) => ({
      ...{ from: address, ...call(dids, 'addDelegate', [address, type, hand.address, BigInt(365 * 86_400)]) },
    })),
  )
  const published = await Promise.all(
    providers.map(async ({ address: provider, listing }) => {
      const digests = { content: idOf(`content of ${listing}`), providerContract: idOf('provider contract') }
      const approval = { listing, provider, kind: 0, version: 1, ...digests, deadline: FAR }
      return { approval, signature: await market.approve(approval) }
    }),
  )
  await send(
    published.map(({ approval, signature }) => ({
      ...{ from: approval.provider, ...call(listings, 'publish', [approval, signature]) },
    })),
  )

  const count = Math.ceil(events / EVENTS_EACH)
  const [start, feeBps] = [
    await market.now(),
    await market.client.readContract({ ...agreements, functionName: 'feeBps' }),
  ]
  const agreed = many(count, (i) => {
    const [provider, consumer] = [providers[i % PROVIDERS]!, consumers[i % CONSUMERS]!]
    const plan = i % 2 === 0 ? PAY_PER_USE : SUBSCRIPTION
    const agreement: Agreement = {
      ...{ listing: provider.listing, version: 1, provider: provider.address, consumer: consumer.address },
      ...{ terms: idOf('terms'), plan, price: PRICE, interval: plan === SUBSCRIPTION ? 86_400 : 0, start, end: 0 },
      ...{ notice: 86_400, salt: BigInt(i + 1), deadline: FAR, feeBps },
    }
    return { agreement, id: agreementId((bytes) => keccak256(bytes, 'bytes'), agreement), provider, consumer }
  })
  const whole = PRICE * BigInt(10 * count)
  await send([
    ...[{ from: by, ...call(euro, 'mint', [by, whole]) }],
    ...[{ from: by, ...call(euro, 'approve', [escrow.address, whole]) }],
  ])
  for (let from = 0; from < count; from += 500) {
    const some = agreed.slice(from, from + 500)
    const concluded: Sent[] = []
    for (const { agreement, provider, consumer } of some) {
      const typed = agreementTypedData({ chainId, agreements: agreements.address, agreement })
      const signed = await Promise.all([consumer.signer, provider.hand].map((signer) => signer.signTypedData(typed)))
      concluded.push({ from: by, ...call(agreements, 'conclude', [agreement, ...signed]) })
    }
    await send(concluded)
    await send(some.map(({ consumer }) => ({ from: by, ...call(escrow, 'deposit', [consumer.address, 5n * PRICE]) })))
    await send(
      some.map(({ agreement, consumer }) =>
        agreement.plan === PAY_PER_USE
          ? { from: consumer.address, ...call(escrow, 'reserve', [agreement, 3n * PRICE]) }
          : { from: by, ...call(escrow, 'pay', [agreement, 0]) },
      ),
    )
    const used = some.filter(({ agreement }) => agreement.plan === PAY_PER_USE)
    for (const cumulative of [PRICE, 2n * PRICE]) {
      const claims: Sent[] = []
      const ordered = used.toSorted((a, b) => (a.provider.address < b.provider.address ? -1 : 1))
      for (let at = 0; at < ordered.length; at += VOUCHERS) {
        const vouchers = ordered
          .slice(at, at + VOUCHERS)
          .map(({ id, consumer }) => ({ agreement: id, cumulative, consumer }))
        const signatures = await Promise.all(
          vouchers.map(({ agreement, consumer }) =>
            consumer.signer.signTypedData(
              voucherTypedData({ chainId, escrow: escrow.address, voucher: { agreement, cumulative } }),
            ),
          ),
        )
        claims.push({ from: by, ...call(escrow, 'claimMany', [vouchers, signatures]) })
      }
      await send(claims)
    }
  }
}

/** Sends transactions of anybody, some to a block, and sees that each was done. */
function senderOf({ client, tester, url }: Market) {
  let prepared: Promise<unknown> | undefined
  const ask = async <T>(calls: readonly { method: string; params: readonly unknown[] }[]): Promise<T[]> => {
    const body = JSON.stringify(calls.map((one, id) => ({ jsonrpc: '2.0', id, ...one })))
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const told = (await answer.json()) as { id: number; result?: T; error?: { message: string } }[]
    const failed = told.find(({ error }) => error !== undefined)
    if (failed !== undefined) throw new Error(`the chain refused a transaction: ${failed.error!.message}`)
    return told.toSorted((a, b) => a.id - b.id).map(({ result }) => result as T)
  }
  const prepare = async () => {
    await tester.request({ method: 'anvil_autoImpersonateAccount', params: [true] } as never)
    await tester.setAutomine(false)
  }
  return async (all: readonly Sent[]): Promise<void> => {
    prepared ??= prepare()
    await prepared
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const gas = numberToHex(1_100_000)
      const some = all.slice(from, from + AT_ONCE)
      const hashes = await ask<Hex>(some.map((it) => ({ method: 'eth_sendTransaction', params: [{ ...it, gas }] })))
      await tester.request({ method: 'evm_mine', params: undefined })
      const receipts = await ask<{ status: Hex } | null>(
        hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
      )
      const undone = receipts.findIndex((receipt) => receipt?.status !== '0x1')
      if (undone !== -1)
        throw new Error(`transaction ${hashes[undone]} was not done, at block ${await client.getBlockNumber()}`)
    }
  }
}
