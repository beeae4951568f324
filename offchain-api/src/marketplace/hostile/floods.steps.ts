import { escrowAbi, openInnovationAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { expect, test } from 'vitest'
import type { BillingWorld, Said } from '../../testing/billing-world.ts'
import { until } from '../../testing/harness.ts'

const MANY = 60

/** Somebody who writes as much as they may, so that others can write nothing. */
export function floodSteps(open: () => BillingWorld): void {
  const code = ({ status, body }: Said) => (status === 200 ? 'kept' : body.code)
  const kept = (answers: readonly Said[]) => answers.filter(({ status }) => status === 200).length
  const flood = (who: BillingWorld['consumer'], path: string, body: object) =>
    Promise.all(Array.from({ length: MANY }, () => open().ask(who, 'POST', path, { body })))

  test('in a dispute leaves room for the other side, and for the operator to decide before it lapses', async () => {
    const { consumer, provider, operator, escrow } = open()
    const { id } = await open().under('once')
    const payment = await open().payment(id, 'held')
    const path = `/v1/billing/payments/${payment}/words`
    const reason = await open().ask(consumer, 'POST', path, { body: { words: 'It never ran.' } })
    await open().mined(
      await open()
        .walletClient(consumer.wallet)
        .writeContract({
          ...{ chain: null, address: escrow, abi: escrowAbi, functionName: 'dispute' },
          args: [payment, reason.body.digest],
        }),
    )
    await open().payment(id, 'disputed')
    expect(kept(await flood(consumer, path, { words: 'It never ran!' }))).toBe(19)
    expect(code(await open().ask(consumer, 'POST', path, { body: { words: 'No!' } }))).toBe('ERR_DISPUTE_FULL')
    expect(code(await open().ask(provider, 'POST', path, { body: { words: 'It ran.' } }))).toBe('kept')
    expect(code(await open().ask(operator, 'POST', path, { body: { words: 'It ran.' } }))).toBe('kept')
  })

  test('below a wish leaves room for the questions and proposals of others, and for answers', async () => {
    const [una, pia, rob] = await Promise.all([
      open().trader('Una', ['service-user']),
      open().trader('Pia', ['service-provider']),
      open().trader('Rob', ['service-provider']),
    ])
    const closesAt = Math.floor(Date.now() / 1000) + 86_400
    const wish = {
      ...{ schema: 'opem/innovation-request/1', title: 'A wish', need: 'Something new.', data: [], result: 'Good.' },
      ...{ budget: { from: 1_000_000, to: 2_000_000 }, closesAt },
    }
    const written = await open().ask(una, 'POST', '/v1/innovation/requests', { body: { document: wish } })
    const { id, content } = written.body
    await open().mined(
      await open()
        .walletClient(una.wallet)
        .writeContract({
          ...{ chain: null, abi: openInnovationAbi, functionName: 'request' },
          ...{ address: open().chain.deployment.addresses.OpenInnovation as Hex },
          args: [id, una.address, content, closesAt],
        }),
    )
    const at = `/v1/innovation/requests/${id}`
    await until(async () => (await open().ask(una, 'GET', at)).body.state === 'open')
    expect(kept(await flood(rob, `${at}/posts`, { words: 'Why?' }))).toBe(50)
    expect(code(await open().ask(rob, 'POST', `${at}/posts`, { body: { words: 'Why?' } }))).toBe('ERR_TOO_MANY_POSTS')
    expect(code(await open().ask(pia, 'POST', `${at}/posts`, { body: { words: 'How many?' } }))).toBe('kept')

    const document = {
      ...{ schema: 'opem/innovation-proposal/1', request: id, title: 'An answer', description: 'We build it.' },
      ...{ plan: 'Soon.', milestones: [{ title: 'First', days: 30 }], privacy: 'None.', listing: null },
      price: { id: 'trial', kind: 'free', price: 0 },
      contract: { text: 'We build it.', noticeDays: 30 },
    }
    expect(kept(await flood(rob, `${at}/proposals`, { document }))).toBe(10)
    expect(code(await open().ask(rob, 'POST', `${at}/proposals`, { body: { document } }))).toBe(
      'ERR_TOO_MANY_PROPOSALS',
    )
    expect(code(await open().ask(pia, 'POST', `${at}/proposals`, { body: { document } }))).toBe('kept')
  })

  test('of pages that listen leaves room for those of others', async () => {
    const listen = async (who: BillingWorld['consumer'], ended: AbortSignal) => {
      const cookie = [...who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const { status } = await fetch(`${open().api().url}/v1/stream`, { headers: { cookie }, signal: ended })
      return status
    }
    const end = new AbortController()
    const statuses: number[] = []
    for (let n = 0; n < 21; n++) statuses.push(await listen(open().consumer, end.signal))
    expect(statuses.filter((status) => status === 200)).toHaveLength(20)
    expect(statuses.at(-1)).toBe(429)
    expect(await listen(open().provider, end.signal)).toBe(200)
    end.abort()
    await until(async () => {
      const again = new AbortController()
      const status = await listen(open().consumer, again.signal)
      again.abort()
      return status === 200
    })
  })
}
