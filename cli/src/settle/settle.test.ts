import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { type SettleOptions, settle } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'opem-settle-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(text: string, ending = 'csv'): string {
  const path = join(folder, `${files++}.${ending}`)
  writeFileSync(path, text)
  return path
}

async function run(options: SettleOptions): Promise<string> {
  const pieces: string[] = []
  const output = new Writable({
    write(piece, _encoding, done) {
      pieces.push(String(piece))
      done()
    },
  })
  await settle(options, output)
  return pieces.join('')
}

const lines = async (options: SettleOptions): Promise<unknown[]> =>
  (await run({ ...options, json: true }))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const HEADER = 'period_start,period_seconds,member,import_wh,export_wh'
const csv = (...rows: string[]): string => file([HEADER, ...rows, ''].join('\n'))
const AT = '2015-06-01T04:00:00Z,3600'
const seven = [`${AT},H,0,3`, `${AT},C,1,0`, `${AT},A,0,3`, `${AT},F,3,0`, `${AT},E,3,0`, `${AT},B,0,1`, `${AT},D,3,0`]
const expected =
  '{"periodStart":"2015-06-01T04:00:00Z","surplusWh":7,"demandWh":10,"sharedWh":7,"members":[' +
  '{"member":"A","boughtWh":0,"soldWh":3,"gridImportWh":0,"gridExportWh":0},' +
  '{"member":"B","boughtWh":0,"soldWh":1,"gridImportWh":0,"gridExportWh":0},' +
  '{"member":"C","boughtWh":1,"soldWh":0,"gridImportWh":0,"gridExportWh":0},' +
  '{"member":"D","boughtWh":2,"soldWh":0,"gridImportWh":1,"gridExportWh":0},' +
  '{"member":"E","boughtWh":2,"soldWh":0,"gridImportWh":1,"gridExportWh":0},' +
  '{"member":"F","boughtWh":2,"soldWh":0,"gridImportWh":1,"gridExportWh":0},' +
  '{"member":"H","boughtWh":0,"soldWh":3,"gridImportWh":0,"gridExportWh":0}]}\n'

test('the founding example prints its figures, whatever the order of members and columns', async () => {
  expect(await run({ readings: csv(...seven), key: 'even', json: true })).toBe(expected)
  expect(await run({ readings: csv(...seven.toReversed()), key: 'even', json: true })).toBe(expected)
  const columns = file(
    `\uFEFFmember,export_wh,import_wh,period_seconds,period_start\r\n${seven
      .map((row) => row.split(','))
      .map(([start, seconds, member, drawn, fed]) =>
        [`"${member}"`, fed, drawn, seconds, start!.replace('04:00:00Z', '06:00:00+02:00')].join(','),
      )
      .join('\r\n')}`,
  )
  expect(await run({ readings: columns, key: 'even', json: true })).toBe(expected)
})

test('people get a table', async () => {
  const text = await run({ readings: csv(...seven), key: 'even' })
  expect(text).toContain('2015-06-01T04:00:00Z  surplus 7 Wh, demand 10 Wh, shared 7 Wh')
  expect(text).toMatch(/\n {2}D +2 +0 +1 +0\n/)
})

test('periods stream in time order, members may come and go', async () => {
  const readings = csv(
    '2015-06-01T04:00:00Z,900,a,5,0',
    '2015-06-01T04:00:00Z,900,b,0,3',
    '2015-06-01T04:15:00Z,900,b,0,3',
    '2015-06-01T06:30:00+02:00,900,c,2,0',
  )
  const settled = (await lines({ readings, key: 'pro-rata' })) as {
    periodStart: string
    sharedWh: number
    members: unknown[]
  }[]
  expect(settled.map(({ periodStart, sharedWh, members }) => [periodStart, sharedWh, members.length])).toEqual([
    ['2015-06-01T04:00:00Z', 3, 2],
    ['2015-06-01T04:15:00Z', 0, 1],
    ['2015-06-01T04:30:00Z', 0, 1],
  ])
})

describe('a bad row names its line, its value and the rule', () => {
  const good = `${AT},A,0,3`
  const next = '2015-06-01T05:00:00Z,3600'
  test.each<[string, string, string]>([
    ['an unknown column', `${HEADER},note\n`, 'line 1, column "note": unknown; the columns are period_start'],
    ['a missing column', 'period_start,period_seconds,member,import_wh\n', 'the column export_wh is missing'],
    ['a column twice', `${HEADER},member\n`, 'line 1, column "member": given twice'],
    ['a negative value', `${HEADER}\n${good}\n${AT},B,-5,0\n`, 'line 3, import_wh "-5": energy is never negative'],
    [
      'a fraction',
      `${HEADER}\n${AT},B,0,1.5\n`,
      'line 2, export_wh "1.5": energy is a whole number of Wh, no fraction',
    ],
    ['no number', `${HEADER}\n${AT},B,,1\n`, 'line 2, import_wh "": energy is a whole number of Wh, digits only'],
    ['an exponent', `${HEADER}\n${AT},B,1e3,1\n`, 'line 2, import_wh "1e3": energy is a whole number'],
    [
      'too much',
      `${HEADER}\n${AT},B,9007199254740992,1\n`,
      'line 2, import_wh "9007199254740992": the most a row holds',
    ],
    [
      'a member twice',
      `${HEADER}\n${good}\n${AT},B,0,1\n${good}\n`,
      'line 4, member "A": already on line 2 for the period 2015-06-01T04:00:00Z',
    ],
    [
      'a gap',
      `${HEADER}\n${good}\n2015-06-01T07:00:00Z,3600,A,0,3\n`,
      'line 3, period_start "2015-06-01T07:00:00Z": 2 periods are missing from 2015-06-01T05:00:00Z on',
    ],
    [
      'disorder',
      `${HEADER}\n${next},A,0,3\n${good}\n`,
      'line 3, period_start "2015-06-01T04:00:00Z": behind the period 2015-06-01T05:00:00Z of line 2',
    ],
    [
      'a period that comes back',
      `${HEADER}\n${good}\n${next},A,0,3\n${AT},B,0,3\n`,
      'line 4, period_start "2015-06-01T04:00:00Z": behind',
    ],
    [
      'no offset',
      `${HEADER}\n2015-06-01T04:00:00,3600,A,0,3\n`,
      'line 2, period_start "2015-06-01T04:00:00": it is not a time with an offset',
    ],
    ['an impossible offset', `${HEADER}\n2015-06-01T04:00:00+25:00,3600,A,0,3\n`, 'has an offset that no clock uses'],
    [
      'an offset off the boundary',
      `${HEADER}\n2015-06-01T04:00:00+05:30,3600,A,0,3\n`,
      'it is 2015-05-31T22:30:00Z, and periods of 3600 s start',
    ],
    [
      'another length',
      `${HEADER}\n${good}\n2015-06-01T05:00:00Z,900,A,0,3\n`,
      'line 3, period_seconds "900": line 2 has 3600',
    ],
    [
      'another length inside',
      `${HEADER}\n${good}\n2015-06-01T04:00:00Z,900,B,0,3\n`,
      'line 3, period_seconds "900": line 2 has 3600',
    ],
    [
      'a length of its own',
      `${HEADER}\n2015-06-01T04:00:00Z,1800,A,0,3\n`,
      'line 2, period_seconds "1800": a period lasts 900 or 3600 seconds',
    ],
    ['too few cells', `${HEADER}\n${AT},A,0\n`, '4 cells; the header has 5'],
    ['a nameless member', `${HEADER}\n${AT},,0,3\n`, 'line 2, member "": a member has a name'],
    ['an open quote', `${HEADER}\n${AT},"A,0,3\n`, 'a quoted cell ends with a quote'],
    [
      'an empty line between',
      `${HEADER}\n${good}\n\n${AT},B,0,3\n`,
      'line 3, row "": an empty line stands only at the end',
    ],
    ['nothing', '', 'the file holds no readings'],
    ['a header only', `${HEADER}\n`, 'the file holds no readings'],
  ])('%s', async (_name, text, message) => {
    await expect(run({ readings: file(text), key: 'even', json: true })).rejects.toThrow(message)
  })

  test('a file that is not there', async () => {
    await expect(run({ readings: join(folder, 'none.csv'), key: 'even' })).rejects.toThrow('cannot be read: ENOENT')
  })
})

const json = (value: unknown): string => file(JSON.stringify(value), 'json')
const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh })
const rules = {
  version: 1,
  from: '2015-06-01T00:00:00Z',
  allocation: { key: 'even' },
  tariffs: {
    communityConsumption: fixed(120_000),
    communityProduction: fixed(100_000),
    commercial: fixed(250_000),
    feedIn: { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5000 },
  },
}

describe('rules and money', () => {
  const prices = json({
    series: 'dk2',
    prices: [{ start: '2015-06-01T04:00:00Z', seconds: 3600, microEurPerKwh: -48_290 }],
  })

  test('a statement sums each member and the fund', async () => {
    const readings = csv(`${AT},A,0,5001`, `${AT},B,3000,0`)
    const found = await lines({ readings, rules: json(rules), prices: [prices], statement: true })
    expect(found.slice(1)).toEqual([
      {
        member: 'A',
        periods: 1,
        importWh: 0,
        exportWh: 5001,
        boughtWh: 0,
        soldWh: 3000,
        gridImportWh: 0,
        gridExportWh: 2001,
        communityDebitEur: '0.000000',
        communityCreditEur: '0.300000',
        commercialDebitEur: '0.000000',
        // 2,001 Wh at −53,290 µEUR/kWh is −106,633.29 µEUR, a credit rounded down.
        feedInCreditEur: '-0.106634',
        balanceEur: '-0.193366',
      },
      {
        member: 'B',
        periods: 1,
        importWh: 3000,
        exportWh: 0,
        boughtWh: 3000,
        soldWh: 0,
        gridImportWh: 0,
        gridExportWh: 0,
        communityDebitEur: '0.360000',
        communityCreditEur: '0.000000',
        commercialDebitEur: '0.000000',
        feedInCreditEur: '0.000000',
        balanceEur: '0.360000',
      },
      {
        communityFund: {
          debitsEur: '0.360000',
          creditsEur: '0.300000',
          balanceEur: '0.060000',
          marginNanoEur: '60000000',
          residualNanoEur: '0',
        },
      },
    ])
  })

  test('versions take over at their start', async () => {
    const priority = { version: 2, from: '2015-06-01T05:00:00Z', allocation: { key: 'priority', order: ['b'] } }
    const readings = csv(
      ...[AT, '2015-06-01T05:00:00Z,3600'].flatMap((at) => [`${at},a,10,0`, `${at},b,10,0`, `${at},s,0,10`]),
    )
    const found = (await lines({ readings, rules: json([priority, rules]) })) as { members: { boughtWh: number }[] }[]
    expect(found.map(({ members }) => members.map(({ boughtWh }) => boughtWh))).toEqual([
      [5, 5, 0],
      [0, 10, 0],
    ])
  })

  test.each<[string, () => Omit<SettleOptions, 'readings'>, string]>([
    ['static without rules', () => ({ key: 'static' }), 'the key static needs --rules FILE'],
    ['calendar without rules', () => ({ key: 'calendar' }), '168 weights'],
    ['priority without rules', () => ({ key: 'priority' }), '"order":["A","B"]'],
    ['an unknown key', () => ({ key: 'fair' }), '"fair" is not an allocation key: give one of even, pro-rata'],
    ['no key', () => ({}), '--key or --rules is needed'],
    ['another key than the rules', () => ({ key: 'pro-rata', rules: json(rules) }), 'say even: leave --key out'],
    [
      'a statement without tariffs',
      () => ({ key: 'even', statement: true }),
      '--statement needs --rules FILE with tariffs',
    ],
    [
      'a missing price',
      () => ({ rules: json(rules), statement: true }),
      'the series "dk2" has no price at 2015-06-01T04:00:00Z',
    ],
    [
      'rules that start later',
      () => ({ rules: json({ ...rules, from: '2016-01-01T00:00:00Z' }) }),
      'no rules are in force at 2015-06-01T04:00:00Z',
    ],
    ['wrong rules', () => ({ rules: json({ ...rules, from: 'soon' }) }), 'rules.from: "soon" given'],
    ['rules that are no JSON', () => ({ rules: file('{', 'json') }), 'is not JSON'],
  ])('%s is refused with what is needed', async (_name, options, message) => {
    await expect(run({ readings: csv(...seven), ...options() })).rejects.toThrow(message)
  })
})

test('a slow reader holds settlement back, so nothing piles up', async () => {
  const rows = [HEADER]
  for (let i = 0; i < 30_000; i++) {
    const at = new Date(1433116800000 + i * 900_000).toISOString().replace('.000Z', 'Z')
    rows.push(`${at},900,a,${i % 977},0`, `${at},900,b,0,${i % 659}`)
  }
  const readings = file(rows.join('\n'))
  let written = 0
  let most = 0
  const output = new Writable({
    highWaterMark: 1,
    write(piece, _encoding, done) {
      written += String(piece).split('\n').length - 1
      most = Math.max(most, (piece as Buffer).length)
      setImmediate(done)
    },
  })
  await settle({ readings, key: 'even', json: true }, output)
  expect(written).toBe(30_000)
  expect(most).toBeLessThan(200_000)
})

test('the command ends with 0 on success and with 1 and one line otherwise', () => {
  const opem = (...args: string[]) =>
    spawnSync(process.execPath, [new URL('../../bin/opem.mjs', import.meta.url).pathname, 'settle', ...args], {
      encoding: 'utf8',
    })
  const good = opem('--readings', csv(...seven), '--key', 'even', '--json')
  expect([good.status, good.stdout, good.stderr]).toEqual([0, expected, ''])
  const bad = opem('--readings', csv(`${AT},A,-1,3`), '--key', 'even')
  expect([bad.status, bad.stdout]).toEqual([1, ''])
  expect(bad.stderr).toMatch(/^ERR_ROW: line 2, import_wh "-1": energy is never negative[^\n]*\n$/)
  expect(opem('--key', 'even').status).toBe(1)
})
