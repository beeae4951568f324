import { join } from 'node:path'
import { unpackTotals } from '@opem/domain'
import { createSignedFetch, createSystemKey, openSystemKey } from '@opem/ssi/http-signature'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openChainGate } from './chain-gate.ts'
import { batchesOf, evidenceOf, foundCommunity, postReadings } from './found-community.ts'
import { until } from './processes.ts'
import { openWorld, type RunningTestNode, type World } from './world.ts'

// Seven kWh of supply, ten of demand, in every hour: the shape of the source document's example.
const HOUR = { seller: 7, buyer: -4, other: -6 }
const hours = (n: number, kwh: number) => Array.from({ length: n }, () => kwh)

interface Balance {
  member: string
  importWh: number
  boughtWh: number
  flags: number
}

let world: World
let nodes: RunningTestNode[] = []

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.end()))
  nodes = []
})

/** Asks as another node does. */
const asNode = async (seat: number) => createSignedFetch(await openSystemKey(world.nodeKeyFile(seat)))

const start = async (...seats: number[]) => {
  const started = await Promise.all(seats.map((seat) => world.startNode(seat)))
  nodes.push(...started)
  return started
}

/** A community of three whose meters carry `label`, with readings for `count` hours but those in `gaps`. */
async function community(label: string, count: number, { gaps = [] as number[], batchPeriods = 1 as 1 | 'day' } = {}) {
  const [seller, buyer, other] = [`${label}-seller`, `${label}-buyer`, `${label}-other`]
  const founded = await foundCommunity(world, {
    start: '2015-06-01T22:00:00Z',
    stop: new Date((Date.parse('2015-06-01T22:00:00Z') / 1000 + count * 3600) * 1000).toISOString(),
    batchPeriods,
    meters: [seller, buyer, other],
  })
  await postReadings(world, founded, {
    [seller]: hours(count, HOUR.seller),
    [buyer]: hours(count, HOUR.buyer),
    [other]: hours(count, HOUR.other).map((kwh, i) => (gaps.includes(i) ? undefined : kwh)),
  })
  return { ...founded, seller, buyer, other }
}

type Founded = Awaited<ReturnType<typeof community>>

const describeNodes = () => nodes.map((node) => node.lines.slice(-12).join('\n')).join('\n\n')
const settled = (founded: Founded, count: number) =>
  until(
    async () => {
      const batches = await batchesOf(world, founded.id)
      return batches.length >= count && batches
    },
    { describe: describeNodes },
  )

const evidenced = (founded: Founded, count: number) =>
  until(async () => (await evidenceOf(world, founded)).length === count, { describe: describeNodes })

const totalsOf = (batches: Awaited<ReturnType<typeof batchesOf>>) =>
  batches.flatMap(({ args }) => args.totals.map((word) => unpackTotals(word)))
const TRUE_HOUR = { surplus: 7000n, demand: 10_000n, shared: 7000n, members: 3 }

describe('an oracle of three nodes, quorum two', { timeout: 240_000 }, () => {
  test('settles every hour once, in order, with its evidence in the lake', async () => {
    const founded = await community('plain', 6)
    await start(0, 1, 2)
    const batches = await settled(founded, 6)
    await evidenced(founded, 6)

    expect(batches.map(({ args }) => Number(args.start))).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => founded.from + i * 3600),
    )
    expect(totalsOf(batches)).toEqual(hours(6, 0).map(() => TRUE_HOUR))
    const health = await (await fetch(`${nodes[0]!.url}/health`)).json()
    expect(health).toMatchObject({ status: 'ready', node: world.nodeAddress(0).toLowerCase(), outbox: 0 })
    expect(health.communities).toContainEqual({ id: founded.id, nextPeriod: '2015-06-02T04:00:00Z', lag: 0 })
  })

  test('settles a local day in one batch', async () => {
    const founded = await community('daily', 30, { batchPeriods: 'day' })
    await start(0, 1)
    const batches = await settled(founded, 2)
    expect(batches.map(({ args }) => args.periods)).toEqual([24, 6])
    expect(totalsOf(batches)).toEqual(hours(30, 0).map(() => TRUE_HOUR))
  })

  test('substitutes one bad meter and says so, and stops for nobody', async () => {
    const founded = await community('bad', 26, { gaps: [25], batchPeriods: 'day' })
    await start(0, 1, 2)
    const batches = await settled(founded, 2)
    await evidenced(founded, 2)
    // The hour of the day before stands in for the missing one.
    expect(totalsOf(batches)).toEqual(hours(26, 0).map(() => TRUE_HOUR))
    const evidence = (await evidenceOf(world, founded)) as { books: { balances: { flags: number }[] }[] }[]
    const flags = evidence.flatMap(({ books }) => books.map(({ balances }) => balances.map((b) => b.flags).join('')))
    expect(flags.map((text) => [...text].sort().join(''))).toEqual([...Array(25).fill('000'), '001'])
  })

  test('goes on without one node, which catches up when it returns', async () => {
    const founded = await community('dead', 6)
    await start(0, 2)
    expect(totalsOf(await settled(founded, 6))).toEqual(hours(6, 0).map(() => TRUE_HOUR))
    const [late] = await start(1)
    await until(async () => {
      const health = await (await fetch(`${late!.url}/health`)).json()
      return health.communities.some((c: { id: string; lag: number }) => c.id === founded.id && c.lag === 0)
    })
  })

  test('is not falsified by one lying node, whose signature is never on chain', async () => {
    const founded = await community('lie', 6)
    nodes.push(await world.startNode(1, { program: 'lying-node.ts' }))
    const [honest] = await start(0, 2)
    const batches = await settled(founded, 6)
    expect(totalsOf(batches)).toEqual(hours(6, 0).map(() => TRUE_HOUR))
    expect(batches.map(({ args }) => args.signers & 0b010n)).toEqual(hours(6, 0).map(() => 0n))
    await honest!.line((line) => line.includes('ERR_ORACLE_DISAGREES') && line.includes('surplus 8000'))
  })

  test('corrects a settled hour when its reading comes late, once', async () => {
    const founded = await community('late', 3, { gaps: [1] })
    await start(0, 1, 2)
    const first = await settled(founded, 3)
    expect(totalsOf(first)[1]).toEqual({ surplus: 7000n, demand: 4000n, shared: 4000n, members: 3 })

    await postReadings(world, founded, { [founded.other]: [undefined, HOUR.other] })
    const corrected = (await settled(founded, 4))[3]!.args
    expect(corrected).toMatchObject({ start: BigInt(founded.from + 3600), revision: 1 })
    expect(unpackTotals(corrected.totals[0]!)).toEqual(TRUE_HOUR)
    await until(async () => {
      const evidence = (await evidenceOf(world, founded)) as { revision: number }[]
      return evidence.length === 3 && evidence[1]!.revision === 1
    })
    // The same reading again is no news: nothing follows, though every node has looked at the change.
    const asked = await asNode(0)
    const cursor = async () => (await asked(`${world.apiUrl}/v1/communities/${founded.id}/changes?after=0`)).json()
    await postReadings(world, founded, { [founded.other]: [undefined, HOUR.other] })
    await cursor()
    expect(await batchesOf(world, founded.id)).toHaveLength(4)
  })

  test('reads nothing of a meter from the period after its withdrawal on, and the others stay right', async () => {
    const founded = await community('withdrawn', 3)
    const { member } = founded.members.find(({ meter }) => meter === founded.other)!
    await world.withdrawMeter({ community: founded.id, member, meter: founded.other, until: founded.from + 3600 })
    const operator = await (await world.fetch(`${world.apiUrl}/v1/meters`)).json()
    expect(JSON.stringify(operator)).toContain(founded.other)
    const asked = await asNode(0)
    const [from, to] = [founded.from, founded.stop].map((at) => new Date(at * 1000).toISOString().replace('.000', ''))
    const window = (await (
      await asked(`${world.apiUrl}/v1/communities/${founded.id}/oracle?from=${from}&to=${to}`)
    ).json()) as { readings: { meter: string; start: string }[] }
    expect(window.readings.filter(({ meter }) => meter === founded.other).map(({ start }) => start)).toEqual([from])
    await start(0, 1, 2)
    const batches = await settled(founded, 3)
    expect(totalsOf(batches)).toEqual([
      TRUE_HOUR,
      { surplus: 7000n, demand: 4000n, shared: 4000n, members: 3 },
      { surplus: 7000n, demand: 4000n, shared: 4000n, members: 3 },
    ])
    const evidence = await until(async () => {
      const found = (await evidenceOf(world, founded)) as { books: { balances: Balance[] }[] }[]
      return found.length === 3 && found
    })
    const balances = evidence.map(({ books }) => books[0]!.balances.find((one) => one.member === member)!)
    expect(balances.map(({ importWh, boughtWh, flags }) => [importWh, boughtWh, flags])).toEqual([
      [6000, 3500, 0],
      [0, 0, 8],
      [0, 0, 8],
    ])
  })

  test('waits while the unified API is away, and goes on when it is back', async () => {
    const founded = await community('away', 4)
    await world.api.stop()
    const [node] = await start(0, 1)
    await node!.line((line) => line.includes('settling-failed') && line.includes('ERR_ORACLE_API'))
    expect(await batchesOf(world, founded.id)).toHaveLength(0)
    await world.api.start()
    expect(totalsOf(await settled(founded, 4))).toEqual(hours(4, 0).map(() => TRUE_HOUR))
  })

  for (const moment of ['before', 'after'] as const) {
    test(`settles exactly once when the leader is killed ${moment} its transaction reached the chain`, async () => {
      const founded = await community(`kill-${moment}`, 3)
      const gate = await openChainGate(world.chainUrl)
      try {
        gate.set(moment)
        const env = { OPEM_CHAIN_URL: gate.url, OPEM_ORACLE_TAKEOVER_SECONDS: '600' }
        const leader = await world.startNode(0, { env }) // batch 0 is led by seat 0
        nodes.push(leader, await world.startNode(1, { env: { OPEM_ORACLE_TAKEOVER_SECONDS: '600' } }))
        await until(async () => gate.held() > 0, { describe: describeNodes })
        await leader.end('SIGKILL')
        expect(await batchesOf(world, founded.id)).toHaveLength(moment === 'before' ? 0 : 1)

        nodes.push(await world.startNode(0))
        const batches = await settled(founded, 3)
        await evidenced(founded, 3)
        expect(batches.map(({ args }) => [Number(args.start), args.revision])).toEqual(
          [0, 1, 2].map((i) => [founded.from + i * 3600, 0]),
        )
        await until(async () => (await (await fetch(`${nodes[2]!.url}/health`)).json()).outbox === 0)
      } finally {
        await gate.close()
      }
    })
  }

  test('refuses to sign what it does not compute, and says what differs', async () => {
    const founded = await community('ask', 2)
    const [node] = await start(0)
    await node!.line((line) => line.includes('"no-quorum"') && line.includes(founded.id))
    const report = {
      community: founded.id,
      start: founded.from,
      periods: 1,
      revision: 0,
      rules: 1,
      root: `0x${'11'.repeat(32)}`,
    }
    const peer = await asNode(1)
    const ask = async (change: object, totals: string[]) => {
      const proposal = {
        report: { ...report, deadline: Math.floor(Date.now() / 1000) + 60, ...change },
        totals,
        previous: null,
      }
      const headers = { 'content-type': 'application/json' }
      const response = await peer(`${node!.url}/sign`, { method: 'POST', headers, body: JSON.stringify(proposal) })
      return { status: response.status, ...((await response.json()) as { code: string; detail: string }) }
    }
    const truth = ((7000n << 184n) | (10_000n << 112n) | (7000n << 40n) | (3n << 24n)).toString(16)
    const word = `0x${truth.padStart(64, '0')}`
    expect(await ask({}, [word])).toMatchObject({
      status: 409,
      code: 'ERR_ORACLE_DISAGREES',
      detail: expect.stringContaining('the totals agree but the root'),
    })
    expect((await ask({}, [`0x${'00'.repeat(32)}`])).detail).toContain('surplus 0 where this node computes 7000')
    expect((await ask({ start: founded.from + 3600 }, [word])).detail).toContain('the next period starts')
    expect((await ask({ rules: 2 }, [word])).detail).toContain('rule version 1 is in force')
    expect(await ask({ deadline: 1 }, [word])).toMatchObject({ code: 'ERR_ORACLE_DEADLINE' })
    expect(await ask({ periods: 0 }, [word])).toMatchObject({ status: 400, code: 'ERR_ORACLE_PROPOSAL' })
  })

  describe('answers its peers alone', () => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]

    test.each(['/sign', '/adjust', '/wake'])(
      '%s refuses nobody, strangers, other machines and what was heard before',
      async (path) => {
        const [node] = await start(0)
        const url = `${node!.url}${path}`
        expect(await codeOf(await fetch(url, post))).toEqual([401, 'ERR_SIGNATURE_MISSING'])
        const stranger = createSignedFetch(await createSystemKey(join(node!.dir, `stranger-${path.slice(1)}.json`)))
        expect(await codeOf(await stranger(url, post))).toEqual([401, 'ERR_SIGNATURE_KEY'])
        const commandLine = createSignedFetch(await openSystemKey(world.systemKeyFile))
        expect(await codeOf(await commandLine(url, post))).toEqual([401, 'ERR_SIGNATURE_KEY'])
        let heard: RequestInit | undefined
        const peer = createSignedFetch(await openSystemKey(world.nodeKeyFile(1)), (to, init) => {
          heard = init
          return fetch(to, init)
        })
        expect((await peer(url, post)).status).toBe(path === '/wake' ? 202 : 400)
        expect(await codeOf(await fetch(url, heard))).toEqual([401, 'ERR_SIGNATURE_REPLAY'])
        expect(await codeOf(await fetch(url, { ...heard, body: '{"community":"0x"}' }))).toEqual([
          401,
          'ERR_SIGNATURE_DIGEST',
        ])
      },
    )
  })
})
