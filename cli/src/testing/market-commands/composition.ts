import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SERVICE } from '../../../../offchain-api/src/testing/market-world.ts'
import { runInstance, startProviderService } from '../../../../offchain-api/src/testing/provider-service.ts'
import type { CommandLine } from '../command-line.ts'

/** Two services of `pia`, chained by `sam`. */
export function compositionCommands(open: () => CommandLine): void {
  const [sam, pia] = [
    ['--as', 'sam'],
    ['--as', 'pia'],
  ]
  const NAMED = ['--title', 'Clean forecast', '--description', 'Both in one.']
  let chain: [Hex, Hex]
  let service: Awaited<ReturnType<typeof startProviderService>>

  beforeAll(async () => {
    const { world, pia: provider, sam: user } = open()
    service = await startProviderService()
    const publish = (title: string, category: string, composition: object) =>
      world.publish(provider, { ...SERVICE, ...{ title, category, dataNeeded: [], composition } } as never)
    chain = [
      await publish('Cleanse', 'E2.1', { before: [], after: ['E6.2'] }),
      await publish('Forecast', 'E6.2', { before: ['E2.1'], after: [] }),
    ]
    for (const listing of chain) {
      const { id } = await world.conclude(user, provider, listing)
      await runInstance(provider, user, id, service.baseUrl)
    }
  })
  afterAll(() => service?.close())

  test('says what may come next, asks, is approved and runs', async () => {
    const { opem, told, file } = open()
    expect(await opem('composition', 'next', chain[0], ...sam)).toContain(`${chain[1]}  Forecast · pia`)
    const { id } = await told<{ id: string }>('composition', 'request', ...chain, ...NAMED, ...sam)
    expect(await opem('composition', 'list', ...pia)).toContain(`${id}  requested  Clean forecast`)
    for (const place of ['1', '2'])
      expect(await opem('composition', 'approve', id, '--place', place, ...pia)).toBe('approved')
    expect(await opem('composition', 'show', id, ...sam)).toMatch(/^Clean forecast: approved\n1 Cleanse: approved\n/)
    const ran = await told<{ state: string; output: string }>(
      ...['composition', 'run', id, await file('input.json', [1, 2]), ...sam],
    )
    expect([ran.state, ran.output]).toEqual(['done', '{"wh":[120,130]}'])
    expect(service.asked.slice(-2).map(({ body }) => body)).toEqual(['[1,2]', '{"wh":[120,130]}'])
  })

  test('is rejected with a reason, and taken back', async () => {
    const { opem, told } = open()
    const { id } = await told<{ id: string }>('composition', 'request', ...chain, ...NAMED, ...sam)
    expect(await opem('composition', 'reject', id, '--place', '1', '--reason', 'not together', ...pia)).toBe('rejected')
    expect(await opem('composition', 'show', id, ...sam)).toContain('1 Cleanse: rejected, not together')
    const { id: other } = await told<{ id: string }>('composition', 'request', ...chain, ...NAMED, ...sam)
    expect(await opem('composition', 'withdraw', other, ...sam)).toBe('withdrawn')
  })
}
