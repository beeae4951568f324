import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACTORS, type Actor, AUTHORISATION_MATRIX, CAPABILITIES, type Capability, mayUse } from '@opem/domain'
import { expect, test } from 'vitest'
import type { Session } from '../api/access.ts'
import { mayEnter } from '../session/access.ts'
import { MENU, menuFor } from './menu.ts'

const session = (actor: Actor): Session => ({
  did: 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  name: 'Ana',
  organisation: null,
  account: `0x${'aa'.repeat(32)}`,
  kind: 'citizen',
  roles: actor === 'operator' ? [] : [actor],
  actors: [actor],
  operator: actor === 'operator',
  expiresAt: 1_800_000_000,
})

const places = MENU.flatMap(({ places }) => places)

for (const capability of CAPABILITIES)
  for (const actor of ACTORS) {
    const allowed = (AUTHORISATION_MATRIX[capability].actors as readonly Actor[]).includes(actor)
    test(`${AUTHORISATION_MATRIX[capability].name}: its pages ${allowed ? 'open to' : 'stay closed to'} a ${actor}`, () => {
      expect(mayEnter({ kind: 'capability', capability }, session(actor))).toBe(allowed)
      const own = places.filter(({ need }) => need.kind === 'capability' && need.capability === capability)
      const shown = menuFor(session(actor)).flatMap((group) => group.places)
      expect(own.filter((place) => shown.includes(place))).toEqual(allowed ? own : [])
    })
  }

test('a place that serves several capabilities is shown to whoever has one of them, and to nobody else', () => {
  const several = places.flatMap((place) => (place.need.kind === 'any-capability' ? [{ place, need: place.need }] : []))
  for (const { place, need } of several)
    for (const actor of ACTORS) {
      const shown = menuFor(session(actor)).flatMap((group) => group.places)
      const crossed = need.capabilities.some((one) => mayUse([actor], one))
      expect([place.to, actor, shown.includes(place)]).toEqual([place.to, actor, crossed])
    }
})

test('what is the operator’s is shown to the operator alone', () => {
  const own = places.filter(({ need }) => need.kind === 'operator')
  expect(own.map(({ to }) => to)).toContain('/accounts')
  for (const actor of ACTORS) {
    const shown = menuFor(session(actor)).flatMap((group) => group.places)
    expect(own.filter((place) => shown.includes(place))).toEqual(actor === 'operator' ? own : [])
  }
})

/** Every `<For need={…}>` of the sources, by the file that draws it. */
function needsOfPages(folder: string): [file: string, need: string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return needsOfPages(path)
    if (!entry.name.endsWith('.tsx')) return []
    return [...readFileSync(path, 'utf8').matchAll(/<For\s+need=\{\{?\s*([^}]+?)\s*\}/g)].map(
      ([, need]): [string, string] => [entry.name, need ?? ''],
    )
  })
}

test('every page that is for a capability names a row of Table 5', () => {
  const needs = needsOfPages(join(import.meta.dirname, '..'))
  const named = needs.flatMap(([file, need]) => {
    const words = /capabilit(?:y|ies): (.*)/.exec(need)?.[1] ?? ''
    return [...words.matchAll(/'([^']+)'/g)].map(([, capability = '']) => [file, capability] as const)
  })
  expect(needs.length).toBeGreaterThan(0)
  expect(named.filter(([, capability]) => !CAPABILITIES.includes(capability as Capability))).toEqual([])
})
