import { communityFactoryAbi, energyCommunityAbi, settlementAbi } from '@opem/contracts'
import {
  canonicalJson,
  formatInstant,
  joinConsent,
  meteringPointId,
  type PeriodSeconds,
  parseInstant,
  type RulesDocument,
  rulesHash,
  rulesOnChain,
} from '@opem/domain'
import { type Address, type Hex, keccak256, parseEventLogs, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { keccak } from '../close-period/recompute.ts'
import type { World } from './world.ts'

export interface CommunityPlan {
  readonly start: string
  /** Settlement stops here. */
  readonly stop: string
  readonly timeZone?: string
  readonly periodSeconds?: PeriodSeconds
  readonly batchPeriods?: 1 | 'day'
  /** Without them the community settles energy alone. */
  readonly tariffs?: RulesDocument['tariffs']
  /** One meter per member. */
  readonly meters: readonly string[]
}

export const instant = (text: string): number => {
  const parsed = parseInstant(text)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}

const word = (label: string): Hex => keccak256(toHex(label))

/** Founds a historic community on chain, joins its members with their consent, starts it, and tells the API about it. */
export async function foundCommunity(world: World, plan: CommunityPlan) {
  const { periodSeconds = 3600, batchPeriods = 1, timeZone = 'Europe/Madrid' } = plan
  const [from, stop] = [instant(plan.start), instant(plan.stop)]
  const name = `Community of ${plan.meters[0]}`
  const rules: RulesDocument = {
    version: 1,
    from: formatInstant(from),
    allocation: { key: 'even', rounds: 'iterate' },
    ...(plan.tariffs && { tariffs: plan.tariffs }),
  }
  const done = (hash: Hex) => world.client.waitForTransactionReceipt({ hash })
  const chain = null

  const founded = await done(
    await world.wallet.writeContract({
      chain,
      address: world.deployment.addresses.CommunityFactory,
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
    }),
  )
  const [created] = parseEventLogs({ abi: communityFactoryAbi, eventName: 'CommunityCreated', logs: founded.logs })
  const id = created!.args.community.toLowerCase() as Address
  const community = { chain, address: id, abi: energyCommunityAbi } as const

  const members = []
  for (const meter of plan.meters) {
    const account = privateKeyToAccount(generatePrivateKey())
    const saltKey = word(`salt ${meter} ${id}`)
    const consent = {
      chainId: world.deployment.chainId,
      community: id,
      member: word(`member ${meter} ${id}`),
      account: account.address,
      from,
      meteringPoints: [{ id: meteringPointId(keccak, saltKey, meter), participation: 100 }],
      nonce: 0,
      deadline: Math.floor(Date.now() / 1000) + 3600,
    }
    const signature = await account.signTypedData(joinConsent(consent))
    const { member, meteringPoints, deadline } = consent
    await done(
      await world.wallet.writeContract({
        ...community,
        functionName: 'join',
        args: [member, account.address, BigInt(from), meteringPoints, BigInt(deadline), signature],
      }),
    )
    members.push({ ...consent, meter, saltKey, consent: signature })
  }
  await done(await world.wallet.writeContract({ ...community, functionName: 'start' }))
  await done(await world.wallet.writeContract({ ...community, functionName: 'stop', args: [BigInt(stop)] }))

  await post(world, '/v1/communities', { id, name, timeZone, periodSeconds, batchPeriods, rules: [rules] })
  for (const { member, account, meteringPoints, meter, saltKey, deadline, consent } of members) {
    await post(world, `/v1/communities/${id}/consents`, {
      member,
      account,
      name: meter,
      from: formatInstant(from),
      meteringPoints,
      meters: [meter],
      saltKey,
      deadline: formatInstant(deadline),
      consent,
      dataSources: [await world.dataSource(account, meter)],
    })
  }
  return { id, from, stop, periodSeconds, members: members.map(({ member, meter }) => ({ member, meter })) }
}

/** Tells the API readings: per meter the net kWh of each period from `from` on, exports positive; undefined is a gap. */
export async function postReadings(
  world: World,
  { from, periodSeconds }: { readonly from: number; readonly periodSeconds: number },
  readings: Readonly<Record<string, readonly (number | undefined)[]>>,
) {
  const known = formatInstant(Math.floor(Date.now() / 1000))
  const all = Object.entries(readings).flatMap(([meter, kwh]) =>
    kwh.flatMap((net, i) =>
      net === undefined
        ? []
        : {
            meter,
            start: formatInstant(from + i * periodSeconds),
            seconds: periodSeconds,
            importWh: net < 0 ? -net * 1000 : 0,
            exportWh: net > 0 ? net * 1000 : 0,
            quality: 'measured',
            source: 'test',
            knownAt: known,
          },
    ),
  )
  for (let at = 0; at < all.length; at += 20_000) {
    const answer = await post(world, '/v1/readings', { readings: all.slice(at, at + 20_000) })
    if ((answer as { rejected: unknown[] }).rejected.length > 0) throw new Error(JSON.stringify(answer))
  }
}

async function post(world: World, path: string, body: unknown): Promise<unknown> {
  const response = await world.fetch(`${world.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}

/** Every BatchSettled of a community, in order. */
export const batchesOf = (world: World, community: Address) =>
  world.client.getContractEvents({
    address: world.deployment.addresses.Settlement,
    abi: settlementAbi,
    eventName: 'BatchSettled',
    args: { community },
    fromBlock: 0n,
    strict: true,
  })

/** Evidence in force that the API serves. */
export async function evidenceOf(world: World, { id, from, stop }: { id: Address; from: number; stop: number }) {
  const range = `from=${formatInstant(from)}&to=${formatInstant(stop)}`
  const response = await world.fetch(`${world.apiUrl}/v1/communities/${id}/trading?${range}`)
  return ((await response.json()) as { batches: unknown[] }).batches
}
