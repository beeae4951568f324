import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { CommandLine } from '../command-line.ts'

const START = Date.parse('2026-01-10T00:00:00Z') / 1000
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
const READINGS = Array.from({ length: 24 }, (_, hour) => ({
  ...{ meter: 'street.own', start: iso(START + hour * 3600), seconds: 3600, importWh: 100 + hour, exportWh: 7 },
  ...{ quality: 'measured', source: 'test', knownAt: '2026-04-01T00:00:00Z' },
}))
const DESCRIBED = {
  ...{ title: 'Readings of a street', summary: 'Hourly energy.', description: 'Every hour, in whole Wh.' },
  ...{ keywords: ['readings'], region: ['ES'], granularity: 'PT1H', timeZone: 'Europe/Madrid' },
  ...{ from: '2025-10-01T00:00:00Z', to: '2026-05-01T00:00:00Z', meters: ['street.own'], ownMetersConfirmed: true },
  ...{ form: 'pseudonymous', leastSubjects: 5, storageCountries: ['ES'], processors: 'The user alone.' },
  ...{ updates: 'once', termination: 'Copies are deleted.', noticeDays: 0, contract: 'As they are.', terms: 'Policy.' },
  ...{ privacy: 'Meters have invented names.', plans: [{ id: 'open', kind: 'free', price: 0 }] },
  policy: {
    ...{ purposes: ['AcademicResearch'], countries: ['ES'], until: null, times: null, deleteAfterDays: null },
    ...{ attribution: 'Grid', redistribution: false },
  },
}

/** A day of `pia`'s own readings, contracted by `sam`. */
export function dataCommands(open: () => CommandLine): void {
  const sam = ['--as', 'sam']
  const DAY = ['--from', '2026-01-10T00:00:00Z', '--to', '2026-01-11T00:00:00Z', '--purpose', 'AcademicResearch']
  let agreement: string

  beforeAll(async () => {
    const { world, pia, sam: user } = open()
    const system = `INSERT INTO systems (id, account, name, authentication, meters, scopes, created_at)
      VALUES ('grid', $1, 'grid', '{}', '{street.*}', '{readings}', 1)`
    await world.rows(system, [pia.account])
    const sent = await world.own.fetch.all(`${world.api().url}/v1/readings`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ readings: READINGS }),
    })
    expect(sent.status).toBe(200)
    const { status, body } = await pia.browser.call('POST', '/v1/data/sets', DESCRIBED)
    expect([status, body]).toMatchObject([200, {}])
    const listing = await world.publish(pia, body.document, body.listing)
    agreement = (await world.conclude(user, pia, listing, { plan: 'open', parameters: {} })).id
  })

  test('lists and describes what was contracted', async () => {
    const { opem } = open()
    expect(await opem('data', 'list', ...sam)).toBe(`${agreement}  Readings of a street (pia)`)
    expect(await opem('data', 'describe', agreement, ...sam)).toContain('purposes: AcademicResearch')
  })

  test('queries a day and downloads it, as a file that its owner alone reads', async () => {
    const { opem, home } = open()
    const found = await opem('data', 'query', agreement, ...DAY, ...sam)
    expect(found).toMatch(/\n24 rows$/)
    const path = join(home, 'day.csv')
    await opem('data', 'download', agreement, ...DAY, '--country', 'ES', '--out', path, ...sam)
    const lines = readFileSync(path, 'utf8').trim().split(/\r?\n/)
    expect(lines).toHaveLength(25)
    expect(lines[0]).toContain('importWh')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
}
