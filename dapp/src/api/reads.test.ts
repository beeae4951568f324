import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Reads } from './reads.ts'
import { Instant } from './shapes.ts'

// Nothing runs here: the type check holds what is said.
const Held = z.strictObject({
  at: Instant.nullable(),
  kind: z.enum(['day', 'hour']),
  rows: z.array(z.strictObject({ wh: z.number(), note: z.string().optional() })),
})
interface Answer {
  at: string | null
  kind: 'day' | 'hour'
  rows: { wh: number; note?: string }[]
}
type Read<Given> = Reads<typeof Held, Given>
type Row<Given> = Omit<Answer, 'rows'> & { rows: Given[] }

test('a schema reads the answer that it was written for, and a narrower one', () => {
  expectTypeOf<Read<Answer>>().toEqualTypeOf<true>()
  expectTypeOf<Read<Answer & { kind: 'day' }>>().toEqualTypeOf<true>()
  expectTypeOf<Read<Row<{ wh: number }>>>().toEqualTypeOf<true>()
})

test('a field that is gone, renamed, of another type or may be missing is an error', () => {
  expectTypeOf<Read<Omit<Answer, 'at'>>>().not.toEqualTypeOf<true>()
  expectTypeOf<Read<Row<{ energy: number }>>>().not.toEqualTypeOf<true>()
  expectTypeOf<Read<Row<{ wh: string }>>>().not.toEqualTypeOf<true>()
  expectTypeOf<Read<Row<{ wh?: number }>>>().not.toEqualTypeOf<true>()
  expectTypeOf<Read<Omit<Answer, 'kind'> & { kind: string }>>().not.toEqualTypeOf<true>()
})

test('a field more, at any depth, is an error: a strict schema would refuse it', () => {
  expectTypeOf<Read<Answer & { more: string }>>().not.toEqualTypeOf<true>()
  expectTypeOf<Read<Row<{ wh: number; more: number }>>>().not.toEqualTypeOf<true>()
})
