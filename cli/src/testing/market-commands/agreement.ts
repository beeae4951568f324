import type { Hex } from '@opem/domain'
import { beforeAll, expect, test } from 'vitest'
import { until } from '../../../../offchain-api/src/testing/harness.ts'
import { SERVICE } from '../../../../offchain-api/src/testing/market-world.ts'
import type { CommandLine } from '../command-line.ts'

const inDays = (days: number) => new Date((Math.floor(Date.now() / 1000) + days * 86_400) * 1000).toISOString()

/** An agreement from the offer to its end, between `ana` and `pia`. */
export function agreementCommands(open: () => CommandLine): void {
  const [ana, pia] = [
    ['--as', 'ana'],
    ['--as', 'pia'],
  ]
  let listing: Hex
  let agreement: string
  const asked = (...words: string[]) => {
    const what = ['--listing', listing, '--plan', 'trial', '--parameter', 'horizon=24']
    return open().told<{ id: string }>('agreement', 'request', ...what, ...words, ...ana)
  }

  beforeAll(async () => {
    const { world, pia: provider } = open()
    listing = await world.publish(provider, { ...SERVICE, dataNeeded: [] })
  })

  test('shows what would be signed, and signs nothing', async () => {
    const { opem } = open()
    const what = ['--listing', listing, '--plan', 'trial', '--parameter', 'horizon=24']
    const words = await opem('agreement', 'request', ...what, '--dry-run', ...ana)
    expect(words).toContain('The provider runs the service for the user as described.')
    expect(await opem('agreement', 'list', ...ana)).toBe('no agreement yet')
  })

  test('is requested by one side, signed by the other and brought to the chain', async () => {
    const { opem, told } = open()
    ;({ id: agreement } = await asked('--until', inDays(10)))
    expect(await opem('agreement', 'list', ...pia)).toContain(`${agreement}  offered (your turn)`)
    const { transaction } = await told<{ transaction: string }>('agreement', 'sign', agreement, ...pia)
    expect(transaction).toMatch(/^0x[0-9a-f]{64}$/)
    await until(async () => /^in-force\n/.test(await opem('agreement', 'show', agreement, ...ana)))
  })

  test('ends later when both sides sign it', async () => {
    const { opem } = open()
    const later = ['--until', inDays(20)]
    expect(await opem('agreement', 'extend', agreement, ...later, ...ana)).toBe('signed; the other side answers')
    expect(await opem('agreement', 'extend', agreement, ...pia)).toMatch(/^extended: 0x[0-9a-f]{64}$/)
  })

  test('stands in the credential, which is taken and presented back', async () => {
    const { opem } = open()
    let taken = ''
    await until(async () => {
      taken = await opem('agreement', 'credential', agreement, ...ana)
      return true
    })
    expect(taken).toMatch(/^credential v\d+ is in force/)
    await opem('wallet', 'sign-in', 'ana')
  })

  test('is ended by a side, with a reason', async () => {
    const { opem } = open()
    expect(await opem('agreement', 'terminate', agreement, '--reason', 'enough', ...ana)).toMatch(
      /^ended: 0x[0-9a-f]{64}$/,
    )
    await until(async () => /^ended: enough\n/.test(await opem('agreement', 'show', agreement, ...pia)))
  })

  test('an offer is withdrawn by who made it, and refused by who got it', async () => {
    const { opem } = open()
    const { id } = await asked()
    expect(await opem('agreement', 'withdraw', id, ...ana)).toBe('withdrawn')
    const { id: other } = await asked()
    expect(await opem('agreement', 'refuse', other, '--reason', 'no time', ...pia)).toBe('refused')
    expect(await opem('agreement', 'show', other, ...ana)).toMatch(/^refused: no time/)
  })
}
