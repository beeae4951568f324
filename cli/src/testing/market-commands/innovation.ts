import { expect, test } from 'vitest'
import type { CommandLine } from '../command-line.ts'

const wish = () => ({
  schema: 'opem/innovation-request/1',
  title: 'Forecast for a farm',
  need: 'We want to know tomorrow’s load.',
  data: [{ name: 'Load', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh' }],
  result: 'An error below 10 %.',
  budget: { from: 1_000_000_000, to: 2_000_000_000 },
  closesAt: Math.floor(Date.now() / 1000) + 3 * 86_400,
})
const proposal = (request: string) => ({
  schema: 'opem/innovation-proposal/1',
  ...{ request, title: 'Farm forecast', description: 'A model.', plan: 'We learn.' },
  milestones: [{ title: 'First model', days: 30 }],
  price: { id: 'monthly', kind: 'subscription', price: 100_000_000, interval: 2_592_000 },
  contract: { text: 'We run the forecast for you.', noticeDays: 30 },
  ...{ privacy: 'Readings are kept for 90 days.', listing: null },
})

/** A wish of `sam`, a proposal of `pia`. */
export function innovationCommands(open: () => CommandLine): void {
  const [sam, pia] = [
    ['--as', 'sam'],
    ['--as', 'pia'],
  ]
  const request = async () => {
    const { told, file } = open()
    return (await told<{ id: string }>('innovation', 'request', await file('wish.json', wish()), ...sam)).id
  }
  const propose = async (to: string) => {
    const { told, file } = open()
    const document = await file('proposal.json', proposal(to))
    return (await told<{ id: string }>('innovation', 'propose', to, document, ...pia)).id
  }

  test('asks, is asked and answers', async () => {
    const { opem } = open()
    const id = await request()
    expect(await opem('innovation', 'list', ...pia)).toContain(`${id}  open  Forecast for a farm`)
    const asked = await opem('innovation', 'ask', id, 'How many robots?', ...pia)
    const [, question = ''] = /^asked as (\d+)$/.exec(asked) ?? []
    expect(await opem('innovation', 'answer', id, question, 'Forty.', ...sam)).toMatch(/^answered as \d+$/)
    expect(await opem('innovation', 'show', id, ...pia)).toMatch(/How many robots\?\n {2}↳ \d+ .*: Forty\./)
  })

  test('chooses a proposal', async () => {
    const { opem } = open()
    const id = await request()
    const proposed = await propose(id)
    expect(await opem('innovation', 'show', id, ...sam)).toContain('Farm forecast · pia · 1300 EUR in the first year')
    expect(await opem('innovation', 'choose', id, proposed, ...sam)).toMatch(/^chosen\n/)
    expect(await opem('innovation', 'show', id, ...pia)).toContain(`${proposed}  chosen`)
  })

  test('takes a proposal and a request back', async () => {
    const { opem } = open()
    const id = await request()
    const proposed = await propose(id)
    expect(await opem('innovation', 'withdraw-proposal', proposed, ...pia)).toBe('withdrawn')
    expect(await opem('innovation', 'withdraw', id, ...sam)).toBe('withdrawn')
    expect(await opem('innovation', 'list', ...sam)).toContain(`${id}  withdrawn (yours)`)
  })
}
