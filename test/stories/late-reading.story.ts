import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RulesDocument } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adjustmentsOf, passWindow } from '../../oracle/src/testing/adjustments.ts'
import { evidenceOf, foundCommunity, postReadings } from '../../oracle/src/testing/found-community.ts'
import { openWorld, type World } from '../../oracle/src/testing/world.ts'
import { root, until } from '../instance.ts'
import { tariffs } from './settled.ts'

// After finality a correction becomes an adjustment in the next statement: three hours of June 2015 are settled, the second with a
// silent meter; the chain's clock passes the correction window; then the reading comes.
let world: World
let community: Awaited<ReturnType<typeof foundCommunity>>
const folder = join(tmpdir(), `opem-late-${process.pid}`)
const file = (name: string) => `${folder}-${name}`

beforeAll(async () => {
  world = await openWorld()
  await Promise.all([0, 1, 2].map((seat) => world.startNode(seat)))
})
afterAll(() => world?.close())

const opem = (...words: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const { Settlement } = world.deployment.addresses
    const where = ['--api', world.apiUrl, '--chain', world.chainUrl, '--settlement', Settlement]
    const env = { ...process.env, OPEM_SYSTEM_KEY_FILE: world.systemKeyFile }
    execFile(
      process.execPath,
      [join(root, 'cli/bin/opem.mjs'), ...words, ...where],
      { env },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
      },
    )
  })
const ofCommunity = (...words: string[]) => opem(...words, '--community', community.id)
const json = async (...words: string[]) => {
  const { code, stdout, stderr } = await ofCommunity(...words)
  if (code !== 0) throw new Error(stderr + stdout)
  return JSON.parse(stdout)
}
const member = (meter: string) => community.members.find((one) => one.meter === meter)!.member

test('an hour with a silent meter is provisional, and its statement says what was not measured', async () => {
  community = await foundCommunity(world, {
    ...{ start: '2015-06-01T22:00:00Z', stop: '2015-06-02T01:00:00Z', meters: ['seller', 'buyer', 'other'] },
    tariffs: tariffs as NonNullable<RulesDocument['tariffs']>,
  })
  await postReadings(world, community, { seller: [7, 7, 7], buyer: [-4, -4, -4], other: [-6, undefined, -6] })
  await until('the evidence is written', 120_000, async () => (await evidenceOf(world, community)).length === 3)
  const statement = await json('statement', '--member', member('other'), '--month', '2015-06')
  expect(statement).toMatchObject({
    periods: 3,
    dueEur: '2.090000',
    state: { provisional: 3, final: 0, corrected: [] },
  })
  expect(statement.unmeasured).toEqual([{ start: '2015-06-01T23:00:00Z', reasons: ['substituted without history'] }])
})

let month: string

test('past the window the periods are final, and the reading that comes then is adjusted in the month it is known in', async () => {
  await passWindow(world)
  const june = await json('statement', '--member', member('other'), '--month', '2015-06')
  expect(june.state).toMatchObject({ provisional: 0, final: 3 })

  await postReadings(world, community, { other: [undefined, -6] })
  await until(
    'the adjustment is in the lake',
    120_000,
    async () => (await adjustmentsOf(world, community.id)).length > 0,
  )
  const [adjustment] = await adjustmentsOf(world, community.id)
  month = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Madrid', year: 'numeric', month: '2-digit' }).format(
    new Date(adjustment!.knownAt),
  )
  const other = await json('statement', '--member', member('other'), '--month', month)
  // 3.5 kWh bought from neighbours at 0.12, 2.5 kWh from the retailer at 0.25, of an hour in June 2015.
  expect(other).toMatchObject({ periods: 0, moneyEur: { balance: '0.000000' }, dueEur: '1.045000' })
  expect(other.adjustments.lines).toMatchObject([
    { start: '2015-06-01T23:00:00Z', number: 1, revision: 0, boughtWh: 3500, gridImportWh: 2500, importWh: 6000 },
  ])
  const buyer = await json('statement', '--member', member('buyer'), '--month', month)
  expect(buyer).toMatchObject({ dueEur: '0.065000' })
  const seller = await json('statement', '--member', member('seller'), '--month', month)
  expect(seller).toMatchObject({ dueEur: '-0.150000' })
  // June itself is as it was.
  expect((await json('statement', '--member', member('other'), '--month', '2015-06')).dueEur).toBe('2.090000')
  const pdf = await ofCommunity(
    'statement',
    '--member',
    member('other'),
    '--month',
    month,
    '--format',
    'pdf',
    '--out',
    file('pdf'),
  )
  expect(pdf.code).toBe(0)
  const csv = await ofCommunity('statement', '--member', member('other'), '--month', month, '--format', 'csv')
  expect(csv.stdout).toContain('adjustment 1 of 2015-06-01T23:00:00Z,1,6000,0,3500,0,2500,0,0.420000000')
})

test('the fund holds its part of both months, and members’ statements with it leave nothing', async () => {
  const june = (await json('statement', '--community-fund', '--month', '2015-06')).communityFund
  expect(june).toMatchObject({ balanceEur: '0.360000', unexplainedEur: '0.000000' })
  const later = (await json('statement', '--community-fund', '--month', month)).communityFund
  expect(later).toMatchObject({ balanceEur: '0.060000', unexplainedEur: '0.000000' })
  expect(later.adjustments).toMatchObject({ marginNanoEur: '60000000', residualNanoEur: '0' })
})

test('the audit holds the adjustment against the committee, and a changed bit in it is found at its place', async () => {
  const audit = await ofCommunity('audit')
  expect(audit).toMatchObject({ code: 0 })
  expect(audit.stdout).toContain('3 members, 7000 Wh shared, final')
  expect(audit.stdout).toMatch(/2015-06-01T23:00:00Z {2}adjustment 1, known .*: sound/)
  expect(audit.stdout).toContain(
    `fund of ${month}  sound  0.060000 EUR held: 0.000000 of the month, 0.060000 of adjustments`,
  )

  await ofCommunity('evidence', '--out', file('evidence'))
  const lines = readFileSync(file('evidence'), 'utf8').trim().split('\n')
  expect(lines).toHaveLength(4)
  expect((await ofCommunity('audit', '--evidence', file('evidence'))).code).toBe(0)
  const lie = JSON.parse(lines[3]!)
  lie.book.balances[0].flags ^= 1
  writeFileSync(file('lie'), [...lines.slice(0, 3), JSON.stringify(lie)].join('\n'))
  const found = await ofCommunity('audit', '--evidence', file('lie'))
  expect(found.code).toBe(1)
  expect(found.stdout.trim().split('\n').at(-1)).toContain(
    `AUDIT_LEAF at period 2015-06-01T23:00:00Z, revision 0, adjustment 1, member ${lie.book.balances[0].member}, field flags`,
  )
})

test('a member checks the statement that was given, and a changed value is named', async () => {
  const path = file('statement')
  await ofCommunity('statement', '--member', member('other'), '--month', month, '--out', path)
  expect(await opem('audit', '--statement', path)).toMatchObject({ code: 0 })
  const given = JSON.parse(readFileSync(path, 'utf8'))
  given.adjustments.lines[0].boughtWh += 1
  writeFileSync(path, JSON.stringify(given))
  const found = await opem('audit', '--statement', path)
  expect(found.code).toBe(1)
  expect(found.stdout).toContain(
    'AUDIT_STATEMENT at field adjustments.lines[2015-06-01T23:00:00Z 1].boughtWh: expected 3500, found 3501',
  )
})
