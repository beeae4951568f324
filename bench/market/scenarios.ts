import { type Agreement, agreementId, extensionTypedData } from '@opem/domain'
import { type Abi, type Address, type Hex, keccak256, parseSignature } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { idOf, type Market, micro } from '../../contracts/testing/market.ts'

export const BATCH = 32
const CHAIN = 31_337
const DAY = 86_400
const FAR = 2n ** 40n - 1n
const REASON = idOf('reason')

/** Gas of whole transactions by step, from their receipts. */
export type Gas = Record<string, number>

/** What a call of a contract costs. */
export const spender =
  ({ operator, mined }: Pick<Market, 'operator' | 'mined'>) =>
  async (
    by: PrivateKeyAccount,
    contract: { readonly address: Address; readonly abi: Abi },
    functionName: string,
    args: readonly unknown[],
  ): Promise<number> =>
    Number((await mined(await operator.writeContract({ ...contract, account: by, functionName, args }))).gasUsed)

export const idOfAgreement = (agreement: Agreement): Hex => agreementId((bytes) => keccak256(bytes, 'bytes'), agreement)

/** Who does the steps, and how; the representatives are ERC-1056 delegates of provider and consumer. */
export async function openScene(market: Market) {
  const { provider, consumer } = market
  const seller = await market.representative(provider, 'service-provider', 'seller')
  const buyer = await market.representative(consumer, 'service-user', 'buyer')
  const spend = spender(market)
  const published = await market.publishListing(provider)

  /** Concludes an agreement between the two; answers what it cost. */
  const conclude = async (change: Partial<Agreement>, signers = [consumer.signer, provider.signer]) => {
    const agreement = await market.termsOf(published, consumer, change)
    const signatures = await Promise.all(signers.map((signer) => market.signAgreement(signer, agreement)))
    const used = await spend(market.operator.account, market.contracts.agreements, 'conclude', [
      agreement,
      ...signatures,
    ])
    return { agreement, used }
  }
  return { market, seller, buyer, spend, published, conclude }
}
export type Scene = Awaited<ReturnType<typeof openScene>>

export async function listingGas({ market, seller, spend }: Scene): Promise<Gas> {
  const { provider, contracts } = market
  const publish = async (by: PrivateKeyAccount, number: number, version = 1) => {
    const [listing, content] = [idOf(`bench ${number}`), idOf(`content ${number} of version ${version}`)]
    const terms = { kind: 0, version, content, providerContract: idOf('contract'), deadline: FAR }
    const approval = { listing, provider: provider.address, ...terms }
    return spend(by, contracts.listings, 'publish', [approval, await market.approve(approval)])
  }
  return {
    publish: await publish(provider.signer, 1),
    publishByRepresentative: await publish(seller, 2),
    update: await publish(provider.signer, 2, 2),
  }
}

export async function agreementGas({ market, seller, buyer, spend, conclude }: Scene): Promise<Gas> {
  const { provider, consumer, contracts, operator } = market
  const end = (await market.now()) + 365 * DAY
  const { agreement, used } = await conclude({ plan: 2, price: micro('9.90'), interval: 30 * DAY, end })
  const byRepresentatives = await conclude({}, [buyer, seller])
  const extension = { agreement: idOfAgreement(agreement), end: end + 365 * DAY, deadline: FAR }
  const typed = extensionTypedData({ chainId: CHAIN, agreements: contracts.agreements.address, extension })
  const signatures = await Promise.all([consumer, provider].map(({ signer }) => signer.signTypedData(typed)))
  return {
    conclude: used,
    concludeByRepresentatives: byRepresentatives.used,
    extend: await spend(operator.account, contracts.agreements, 'extend', [
      ...[agreement, extension.end, FAR],
      ...signatures,
    ]),
    terminate: await spend(consumer.signer, contracts.agreements, 'terminate', [agreement, false, REASON]),
  }
}

/** Fills the consumer's purse; later steps spend it. */
export async function purseGas({ market, spend }: Scene): Promise<Gas> {
  const { consumer, contracts } = market
  const { euro, escrow } = contracts
  const amount = micro('200')
  await spend(consumer.signer, euro, 'approve', [escrow.address, 2n ** 256n - 1n])
  const deposit = () => spend(consumer.signer, escrow, 'deposit', [consumer.address, amount])
  const [depositFirst, again] = [await deposit(), await deposit()]

  const permit = {
    domain: { name: 'Development Euro', version: '1', chainId: CHAIN, verifyingContract: euro.address },
    types: {
      Permit: ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'].map((text) => {
        const [type, name] = text.split(' ') as [string, string]
        return { type, name }
      }),
    },
    primaryType: 'Permit',
    message: { owner: consumer.address, spender: escrow.address, value: amount, nonce: 0n, deadline: FAR },
  } as const
  const { r, s, v } = parseSignature(await consumer.signer.signTypedData(permit))
  const args = [consumer.address, amount, FAR, Number(v), r, s]
  return {
    depositFirst,
    deposit: again,
    depositWithPermit: await spend(consumer.signer, escrow, 'depositWithPermit', args),
  }
}

export async function useGas({ market, buyer, spend, conclude }: Scene): Promise<Gas> {
  const { consumer, provider, contracts, operator } = market
  const { escrow } = contracts
  const reserve = (agreement: Agreement) => spend(consumer.signer, escrow, 'reserve', [agreement, micro('5')])
  const byUse = async () => (await conclude({ plan: 3, price: micro('0.05') })).agreement
  const agreement = await byUse()
  const id = idOfAgreement(agreement)
  const claim = async (cumulative: string, signer = consumer.signer) =>
    spend(provider.signer, escrow, 'claim', [
      ...[id, micro(cumulative)],
      await market.signVoucher(signer, id, micro(cumulative)),
    ])
  const steps = {
    reserveFirst: await reserve(agreement),
    reserveMore: await reserve(agreement),
    claimFirst: await claim('1.234567'),
    claim: await claim('2.345678'),
    claimByRepresentative: await claim('3.456789', buyer),
  }
  const vouchers: { readonly agreement: Hex; readonly cumulative: bigint }[] = []
  const signatures: Hex[] = []
  for (let i = 0; i < BATCH; i++) {
    const another = await byUse()
    await reserve(another)
    const voucher = { agreement: idOfAgreement(another), cumulative: micro('1.234567') }
    vouchers.push(voucher)
    signatures.push(await market.signVoucher(consumer.signer, voucher.agreement, voucher.cumulative))
  }
  const many = await spend(provider.signer, escrow, 'claimMany', [vouchers, signatures])
  const closeReserve = await spend(consumer.signer, escrow, 'closeReserve', [id])
  await market.wait(3 * DAY)
  const reclaim = await spend(operator.account, escrow, 'reclaim', [id])
  return { ...steps, claimManyEach: Math.round(many / BATCH), closeReserve, reclaim }
}

export async function paymentGas({ market, spend, conclude }: Scene): Promise<Gas> {
  const { consumer, provider, contracts, operator } = market
  const { escrow } = contracts
  const { agreement } = await conclude({ plan: 2, price: micro('9.90'), interval: DAY })
  await market.wait(DAY)
  const pay = (number: number) => spend(operator.account, escrow, 'pay', [agreement, number])
  const [paid] = [await pay(0), await pay(1)]
  const paymentOf = (number: number) =>
    market.client.readContract({ ...escrow, functionName: 'paymentIdOf', args: [idOfAgreement(agreement), number] })
  const [first, second] = [await paymentOf(0), await paymentOf(1)]
  return {
    pay: paid,
    accept: await spend(consumer.signer, escrow, 'accept', [first]),
    dispute: await spend(consumer.signer, escrow, 'dispute', [second, REASON]),
    decide: await spend(operator.account, escrow, 'decide', [second, micro('4.95'), REASON]),
    withdraw: await spend(provider.signer, escrow, 'withdraw', [provider.address, micro('10')]),
  }
}

/** All of it, in the order in which a market's first days go. */
export async function measureMarket(market: Market): Promise<Gas> {
  const scene = await openScene(market)
  const gas: Gas = {}
  for (const part of [listingGas, agreementGas, purseGas, useGas, paymentGas]) Object.assign(gas, await part(scene))
  return gas
}
