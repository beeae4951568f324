import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { communityFactoryAbi, energyCommunityAbi, issuerRegistryAbi, settlementAbi } from '@opem/contracts'
import {
  type Adjustment,
  adjustmentReport,
  canonicalJson,
  commitBatch,
  formatAdjustment,
  formatInstant,
  formatTradingBatch,
  type Hex,
  joinConsent,
  meteringPointId,
  packTotals,
  parseTradingBatch,
  type RulesDocument,
  rulesHash,
  rulesOnChain,
  saltOf,
  settlementReport,
  settlePeriod,
  type Tariff,
  type TradingBatch,
  Wh,
} from '@opem/domain'
import { createKeyFile } from '@opem/ssi'
import { type ClaimsOf, type CredentialType, issueCredential } from '@opem/ssi/credential'
import { accountIdOf, didOfAddress } from '@opem/ssi/did'
import {
  createPublicClient,
  createWalletClient,
  http,
  keccak256,
  parseEther,
  parseEventLogs,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { deployOnce } from '../../../contracts/testing/deploy-once.ts'
import { keccak } from '../unified-api/chain/keccak.ts'
import { startAnvil } from './harness.ts'

const MNEMONIC = 'test test test test test test test test test test test junk' // anvil's own
const account = (addressIndex: number) => mnemonicToAccount(MNEMONIC, { addressIndex })
const keyOf = (index: number): Hex => `0x${Buffer.from(account(index).getHdKey().privateKey!).toString('hex')}`

/** A real chain with the contracts; account 0 administers, account 1 is the one oracle node, 3 and 4 keep accounts. */
export async function openChain(folder: string, { timelockSeconds = 0 } = {}) {
  const anvil = await startAnvil()
  const deployment = await deployOnce({
    rpcUrl: anvil.url,
    deploymentDir: join(folder, 'deployment'),
    operatorKey: keyOf(0),
    oracleNodes: [account(1).address],
    quorum: 1,
    minimumBond: parseEther('1'),
    correctionWindow: 86_400,
    timelockSeconds,
    registrars: [account(3).address],
    operators: [account(0).address, account(4).address],
  })
  const deploymentPath = join(folder, 'deployment.json')
  await writeFile(deploymentPath, JSON.stringify(deployment))
  const transport = http(anvil.url)
  const registrarFile = join(folder, 'registrar.json')
  await createKeyFile(registrarFile, keyOf(3))
  const operatorFile = join(folder, 'account-operator.json')
  await createKeyFile(operatorFile, keyOf(4))
  return {
    /** Account 3 opens accounts and does nothing else. */
    registrarFile,
    /** Account 4 suspends and revokes them. */
    operatorFile,
    anvil,
    deployment,
    deploymentPath,
    client: createPublicClient({ transport, pollingInterval: 20 }),
    administrator: createWalletClient({ transport, account: account(0) }),
    node: createWalletClient({ transport, account: account(1) }),
    registrar: createWalletClient({ transport, account: account(3) }),
  }
}

export type OpenChain = Awaited<ReturnType<typeof openChain>>

/** Who administers what `foundOnChain` founds. */
export const administratorWallet = privateKeyToAccount(keyOf(0))

/** Account 2 stands in for the issuers of the world. */
const issuer = account(2)

/** The administrator accredits the test's issuer for a type of credential. */
export async function accredit({ client, administrator, deployment }: OpenChain, type: CredentialType) {
  const did = didOfAddress(deployment.chainId, issuer.address)
  const hash = await administrator.writeContract({
    ...{ chain: null, address: deployment.addresses.IssuerRegistry, abi: issuerRegistryAbi, functionName: 'accredit' },
    args: [accountIdOf(did), keccak256(toHex(type))],
  })
  await client.waitForTransactionReceipt({ hash })
}

/** A credential of the test's issuer about the holder of `address`. */
export const issueTo = async <T extends CredentialType>(
  { deployment: { chainId } }: OpenChain,
  { address, type, claims }: { address: Hex; type: T; claims: ClaimsOf<T> },
) =>
  issueCredential({
    ...{ issuer: didOfAddress(chainId, issuer.address), signer: issuer, type, claims },
    ...{ subject: didOfAddress(chainId, address), expiresAt: Math.floor(Date.now() / 1000) + 3600 },
  })

/** Founds a historic community that starts at `from`; nobody has joined, nothing is stored off the chain. */
export async function foundOnChain(
  { client, administrator, deployment }: OpenChain,
  {
    name,
    timeZone,
    from,
    periodSeconds,
    feedIn = { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5_000 },
  }: { name: string; timeZone: string; from: number; periodSeconds: 900 | 3600; feedIn?: Tariff },
) {
  const rules: RulesDocument = {
    version: 1,
    from: formatInstant(from),
    allocation: { key: 'even', rounds: 'iterate' },
    tariffs: {
      communityConsumption: { kind: 'fixed', microEurPerKwh: 120_000 },
      communityProduction: { kind: 'fixed', microEurPerKwh: 100_000 },
      commercial: { kind: 'fixed', microEurPerKwh: 250_000 },
      feedIn,
    },
  }
  const hash = await administrator.writeContract({
    chain: null,
    address: deployment.addresses.CommunityFactory,
    abi: communityFactoryAbi,
    functionName: 'createCommunity',
    args: [
      {
        profileHash: keccak256(toHex(canonicalJson({ name, timeZone }))),
        periodSeconds,
        scheme: 1,
        startsAt: BigInt(from),
      },
      [{ ...rulesOnChain(rules), rulesHash: rulesHash(keccak, rules) }],
    ],
  })
  const { logs } = await client.waitForTransactionReceipt({ hash })
  const [created] = parseEventLogs({ abi: communityFactoryAbi, eventName: 'CommunityCreated', logs })
  return { id: created!.args.community.toLowerCase() as Hex, rules }
}

/** The key that a member of this name signs with. */
export const memberWallet = (name: string) => privateKeyToAccount(keccak256(toHex(`key of ${name}`)))

/** A member's signed consent, as it goes to the unified API. */
export async function signedConsent(
  chain: OpenChain,
  {
    community,
    name,
    meter,
    from,
    participation = 100,
  }: { community: Hex; name: string; meter: string; from: number; participation?: number },
) {
  const { deployment } = chain
  const signer = memberWallet(name)
  const saltKey = keccak256(toHex(`salt of ${name}`))
  const terms = {
    member: keccak256(toHex(`member ${name}`)),
    account: signer.address.toLowerCase() as Hex,
    meteringPoints: [{ id: meteringPointId(keccak, saltKey, meter), participation }],
  }
  const deadline = Math.floor(Date.now() / 1000) + 3600
  const typedData = joinConsent({ ...terms, chainId: deployment.chainId, community, from, nonce: 0, deadline })
  const consent = await signer.signTypedData(typedData)
  return {
    ...terms,
    name,
    from: formatInstant(from),
    meters: [meter],
    saltKey,
    deadline: formatInstant(deadline),
    consent,
    dataSources: [
      await issueTo(chain, {
        ...{ address: terms.account, type: 'DataSourceCredential', claims: { meter, role: 'data-subject' } },
      }),
    ],
  }
}

export type SignedConsent = Awaited<ReturnType<typeof signedConsent>>

/** The administrator uses a consent. */
export async function joinOnChain({ client, administrator }: OpenChain, community: Hex, it: SignedConsent) {
  const hash = await administrator.writeContract({
    chain: null,
    address: community,
    abi: energyCommunityAbi,
    functionName: 'join',
    args: [
      it.member,
      it.account,
      BigInt(Date.parse(it.from) / 1000),
      it.meteringPoints,
      BigInt(Date.parse(it.deadline) / 1000),
      it.consent,
    ],
  })
  await client.waitForTransactionReceipt({ hash })
}

/** Evidence of consecutive periods with the even key; `energyOf` gives net Wh, exports positive. */
export function evidence(
  chainId: number,
  plan: {
    community: Hex
    start: number
    periods: number
    revision: number
    members: readonly { member: Hex; saltKey: Hex }[]
    energyOf: (member: number, start: number) => number
  },
) {
  const members = [...plan.members].sort((a, b) => (a.member < b.member ? -1 : 1))
  const frame = { chainId, community: plan.community, revision: plan.revision }
  const books = Array.from({ length: plan.periods }, (_, index) => {
    const start = plan.start + index * 3600
    const energies = members.map(({ member }, place) => {
      const net = plan.energyOf(place, start)
      return { member, energyImport: Wh(Math.max(0, -net)), energyExport: Wh(Math.max(0, net)) }
    })
    const settled = settlePeriod({ start, seconds: 3600 }, energies, { key: 'even', rounds: 'iterate' })
    const balances = settled.members.map(({ member, energyImport, energyExport, bought, sold }, place) => ({
      ...{ member: member as Hex, energyImport, energyExport, bought, sold, flags: 0 },
      salt: saltOf(keccak, members[place]!.saltKey, start, plan.revision),
    }))
    return { start, surplus: settled.surplus, demand: settled.demand, shared: settled.shared, balances }
  })
  const { root, totals, totalsHash, membersRoots } = commitBatch(keccak, { ...frame, books })
  const batch: TradingBatch = {
    ...{ ...frame, start: plan.start, periodSeconds: 3600, periods: plan.periods, rules: 1, root },
    books: books.map((book, index) => ({ ...book, membersRoot: membersRoots[index]! })),
  }
  return { wire: formatTradingBatch(batch), totals, totalsHash }
}

/** The node settles evidence on the chain; the first time it posts its bond and the administrator starts the community. */
export async function settleOnChain(chain: OpenChain, { wire, totals, totalsHash }: ReturnType<typeof evidence>) {
  const { client, node, administrator, deployment } = chain
  const settlement = { chain: null, address: deployment.addresses.Settlement, abi: settlementAbi } as const
  const wait = async (hash: Hex) => client.waitForTransactionReceipt({ hash })
  await wait(await node.writeContract({ ...settlement, functionName: 'postBond', value: parseEther('1') }))
  await wait(
    await administrator.writeContract({
      chain: null,
      address: wire.community,
      abi: energyCommunityAbi,
      functionName: 'start',
    }),
  )
  const nonce = await client.readContract({ ...settlement, functionName: 'nonce', args: [wire.community] })
  const start = Date.parse(wire.start) / 1000
  const { timestamp } = await client.getBlock()
  const report = {
    ...{ community: wire.community, periods: wire.periods, revision: wire.revision, rules: 1, root: wire.root },
    ...{ start: BigInt(start), deadline: timestamp + 600n },
  }
  const signature = await account(1).signTypedData(
    settlementReport({ chainId: deployment.chainId, settlement: settlement.address, report, totalsHash, nonce }),
  )
  const compact = serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))
  await wait(await node.writeContract({ ...settlement, functionName: 'settle', args: [compact, report, totals] }))
}

/** An adjustment of the first hour of settled evidence to what other evidence says, signed by an account of the development words. */
export async function adjustment(
  { deployment }: OpenChain,
  settled: ReturnType<typeof evidence>,
  better: ReturnType<typeof evidence>,
  signer = 1,
) {
  const [was, is] = [settled, better].map(({ wire }) => {
    const parsed = parseTradingBatch(wire)
    if (!parsed.ok) throw new Error(parsed.reason)
    return parsed.value
  }) as [TradingBatch, TradingBatch]
  const { community, chainId, start, periodSeconds, revision, rules, root } = was
  const book = is.books[0]!
  const unsigned: Omit<Adjustment, 'signatures'> = {
    ...{ community, chainId, batch: start, revision, batchRoot: root, rules, start, periodSeconds },
    ...{ number: 1, knownAt: Math.floor(Date.now() / 1000) + 40 * 86_400, book },
  }
  const { membersRoot } = book
  const data = adjustmentReport({
    chainId: deployment.chainId,
    settlement: deployment.addresses.Settlement,
    adjustment: { ...unsigned, totals: packTotals(book), membersRoot },
  })
  return formatAdjustment({ ...unsigned, signatures: [await account(signer).signTypedData(data)] })
}
