import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { settlementAbi } from '@opem/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchesOf, evidenceOf, foundCommunity, postReadings } from '../../oracle/src/testing/found-community.ts'
import { MINIMUM_BOND, openWorld, type RunningTestNode, type World } from '../../oracle/src/testing/world.ts'
import { root, until } from '../instance.ts'

// Trust step 2: two of three nodes collude and favour a member. The sums are right, so the contract accepts; whoever holds
// the books shows it the uneven split, the batch falls, the bonds are taken, and honest nodes settle the hour anew.
let world: World
let community: Awaited<ReturnType<typeof foundCommunity>>
let liars: RunningTestNode[] = []

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

const opem = (...words: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const where = [
      '--api',
      world.apiUrl,
      '--chain',
      world.chainUrl,
      '--settlement',
      world.deployment.addresses.Settlement,
    ]
    const args = [join(root, 'cli/bin/opem.mjs'), ...words, '--community', community.id, ...where]
    const env = { ...process.env, OPEM_SYSTEM_KEY_FILE: world.systemKeyFile }
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })

const boughtOf = async (revision: number) => {
  const [batch] = (await evidenceOf(world, community)) as {
    revision: number
    books: { balances: { member: string; boughtWh: number }[] }[]
  }[]
  if (batch?.revision !== revision) return undefined
  return Object.fromEntries(
    batch.books[0]!.balances.map(({ member, boughtWh }) => [
      community.members.find((one) => one.member === member)!.meter,
      boughtWh,
    ]),
  )
}

const bonds = () =>
  Promise.all(
    [0, 1, 2].map((seat) =>
      world.client.readContract({
        address: world.deployment.addresses.Settlement,
        abi: settlementAbi,
        functionName: 'bondOf',
        args: [world.nodeAddress(seat)],
      }),
    ),
  )

test('a lying quorum gets an uneven split onto the chain, and the audit names it', async () => {
  community = await foundCommunity(world, {
    start: '2015-06-01T22:00:00Z',
    stop: '2015-06-01T23:00:00Z',
    meters: ['seller', 'small-buyer', 'large-buyer'],
  })
  await postReadings(world, community, { seller: [7], 'small-buyer': [-4], 'large-buyer': [-6] })
  liars = [
    await world.startNode(0, { program: 'favouring-node.ts' }),
    await world.startNode(1, { program: 'favouring-node.ts' }),
  ]
  await world.startNode(2)
  await until('the lie and its evidence are settled', 60_000, async () => (await boughtOf(0)) !== undefined)
  expect(await boughtOf(0)).toEqual({ seller: 0, 'small-buyer': 4000, 'large-buyer': 3000 })
  const audited = await opem('audit')
  expect(audited.code).toBe(1)
  expect(audited.stdout).toMatch(/bought/)
})

test('anybody who holds the books brings the batch down and is paid from the liars’ bonds', async () => {
  const { code, stdout, stderr } = await opem('challenge', '--development', '7')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('fell: the split is not even at 2015-06-01T22:00:00Z')
  expect(await bonds()).toEqual([0n, 0n, MINIMUM_BOND])
  expect((await opem('challenge', '--development', '7')).code).toBe(1)
})

test('honest nodes settle the fallen hour again, and the audit is green', async () => {
  await Promise.all(liars.map((liar) => liar.end()))
  await Promise.all([world.startNode(0), world.startNode(1)])
  await until('revision 1 and its evidence are there', 90_000, async () => (await boughtOf(1)) !== undefined)
  expect(await boughtOf(1)).toEqual({ seller: 0, 'small-buyer': 3500, 'large-buyer': 3500 })
  expect((await batchesOf(world, community.id)).map(({ args }) => args.revision)).toEqual([0, 1])
  const audited = await opem('audit')
  expect(audited).toMatchObject({ code: 0, stderr: '' })
})
