import type { MarketAudit } from '@opem/domain'
import { expect, test } from 'vitest'
import { spanOf } from './span.ts'
import { commandOf, verdictOf } from './words.ts'

test('days are whole days of UTC, and an end that is left empty is open', () => {
  expect(spanOf('2026-01-01', '2026-01-31')).toEqual({ ok: true, span: { from: 1_767_225_600, to: 1_769_904_000 } })
  expect(spanOf('', '')).toEqual({ ok: true, span: {} })
  expect(spanOf('2026-01-01', '')).toEqual({ ok: true, span: { from: 1_767_225_600 } })
})

test('a last day before the first is said', () => {
  expect(spanOf('2026-01-02', '2026-01-01')).toEqual({ ok: false, reason: 'The last day is before the first.' })
  expect(spanOf('2026-02-31x', '')).toEqual({ ok: false, reason: 'Choose a day.' })
})

test('the command names what the page chose', () => {
  expect(commandOf({}, false)).toBe('npx opem market audit')
  expect(commandOf({ from: 1_767_225_600, to: 1_769_904_000 }, true)).toBe(
    'npx opem market audit --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --index',
  )
})

const audit = (more: Partial<MarketAudit>): MarketAudit => ({
  ...{ ok: true, first: 0, block: 41, events: 7, checks: [], contracts: [], parties: [] },
  escrow: { available: 0n, held: 0n, reserved: 0n, fees: 0n, owed: 12_500_000n, tokens: 12_500_000n, unasked: 0n },
  ...more,
})

test('the last line says that it is sound, or how much is not', () => {
  expect(verdictOf(audit({}))).toBe('The market is sound up to block 41: €12.50 of 0 parties, every balance rebuilt.')
  expect(
    verdictOf(audit({ checks: [{ name: 'index', what: '', skipped: 'it is at block 3', findings: [] }] })),
  ).toMatch(/; the index was not compared\.$/)
  const finding = { check: 'states', words: 'it', contract: 'Escrow', parties: [] } as const
  expect(verdictOf(audit({ ok: false, checks: [{ name: 'states', what: '', findings: [finding] }] }))).toBe(
    'The market is not sound up to block 41: 1 finding.',
  )
  expect(verdictOf(audit({ ok: false, checks: [{ name: 'index', what: '', findings: [finding] }] }))).toBe(
    'The market is sound up to block 41: €12.50 of 0 parties, every balance rebuilt; but the index says otherwise: 1 finding.',
  )
})
