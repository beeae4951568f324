import { expect, test } from 'vitest'
import { SERVICE } from '../../../../offchain-api/src/testing/market-world.ts'
import type { CommandLine } from '../command-line.ts'

const DOCUMENT = { ...SERVICE, title: 'Forecast by command', dataNeeded: [] }

/** A listing from its draft to its stop, with a review that sends it back once. */
export function listingCommands(open: () => CommandLine): void {
  let listing: string
  const pia = ['--as', 'pia']
  const operator = ['--as', 'administrator']

  test('drafts a document and submits it', async () => {
    const { opem, told, file } = open()
    const drafted = await told<{ listing: string; state: string }>(
      ...['listing', 'draft', await file('forecast.json', { ...DOCUMENT, summary: 'x' }), ...pia],
    )
    expect(drafted.state).toBe('draft')
    listing = drafted.listing
    expect(await opem('listing', 'submit', listing, ...pia)).toMatch(/ is submitted\n/)
  })

  test('is sent back by the operator with a reason, which its provider reads', async () => {
    const { opem, told, operator: olga } = open()
    const { body } = await olga.browser.call('GET', `/v1/market/reviews/${listing}`)
    const item: string = body.checklist.items[0].id
    expect(await opem('listing', 'reject', listing, '--item', `${item}=Say more.`, ...operator)).toBe(
      'Forecast by command goes back to its provider',
    )
    const { state } = await told<{ state: string }>('listing', 'status', listing, ...pia)
    expect(state).toBe('rejected')
    expect(await opem('listing', 'status', listing, ...pia)).toContain(`${item}: Say more.`)
  })

  test('is drafted anew, approved, and published with the contract that was read', async () => {
    const { opem, told, file } = open()
    await opem('listing', 'draft', await file('forecast.json', DOCUMENT), '--listing', listing, ...pia)
    await opem('listing', 'submit', listing, ...pia)
    expect(await opem('listing', 'approve', listing, ...operator)).toBe(
      'Forecast by command is approved; its provider publishes it',
    )
    await expect(opem('listing', 'publish', listing, ...pia)).rejects.toThrow(/^ERR_CONTRACT: /)
    const { providerContract } = await told<{ providerContract: { version: number } }>(
      ...['listing', 'status', listing, ...pia],
    )
    const accept = ['--accept-contract', String(providerContract.version)]
    expect(await opem('listing', 'publish', listing, ...accept, ...pia)).toContain(`${listing} is published`)
  })

  test('is stopped with a reason, and started again', async () => {
    const { opem } = open()
    expect(await opem('listing', 'stop', listing, '--reason', 'holidays', ...pia)).toContain(`${listing} is stopped`)
    expect(await opem('listing', 'start', listing, ...pia)).toContain(`${listing} is published`)
    expect(await opem('listing', 'status', ...pia)).toContain('Forecast by command, version 1')
  })

  test('is updated: another version is drafted, withdrawn from review, approved and published', async () => {
    const { opem, told, file } = open()
    const next = await file('next.json', { ...DOCUMENT, title: 'Better forecast by command' })
    await expect(opem('listing', 'draft', next, '--listing', listing, ...pia)).rejects.toThrow(/^ERR_DRAFT_STATE: /)
    expect(await opem('listing', 'update', listing, ...pia)).toContain('The draft is complete')
    await opem('listing', 'draft', next, '--listing', listing, ...pia)
    await opem('listing', 'submit', listing, ...pia)
    expect(await opem('listing', 'withdraw', listing, ...pia)).toContain(`${listing} is draft`)
    await opem('listing', 'submit', listing, ...pia)
    await opem('listing', 'approve', listing, ...operator)
    await opem('listing', 'publish', listing, '--accept-contract', '0', ...pia)
    const { title, version } = await told<{ title: string; version: number }>('listing', 'status', listing, ...pia)
    expect([title, version]).toEqual(['Better forecast by command', 2])
  })

  test('is assigned to an account, and revoked from it', async () => {
    const { opem, sam } = open()
    const to = ['--to', sam.browser.did, ...pia]
    expect(await opem('listing', 'assign', listing, ...to)).toContain(`  ${sam.browser.did} sam`)
    expect(await opem('listing', 'revoke', listing, ...to)).not.toContain(sam.browser.did)
    await expect(opem('listing', 'revoke', listing, ...to)).rejects.toThrow(/^ERR_NOT_LISTED: .*on it is nobody/)
  })

  test('is suspended by the operator with a reason, and reinstated', async () => {
    const { opem } = open()
    const words = ['--reason', 'The terms changed.']
    expect(await opem('listing', 'suspend', listing, ...words, ...operator)).toContain(
      `${listing} is suspended: The terms changed.`,
    )
    await expect(opem('listing', 'start', listing, ...pia)).rejects.toThrow(
      'ERR_CONTRACT_REFUSED: The listing is suspended: this is not possible now.',
    )
    expect(await opem('listing', 'reinstate', listing, ...operator)).toContain(`${listing} is published`)
  })

  test('is offered to another provider and back, and removed for ever with a reason', async () => {
    const { opem, sam } = open()
    expect(await opem('listing', 'offer', listing, '--to', sam.browser.did, ...pia)).toContain('offered to sam')
    await expect(opem('listing', 'take-over', listing, '--as', 'sam')).rejects.toThrow(
      /^ERR_CONTRACT_REFUSED: The account of 0x\w{40} is not active as service-provider/,
    )
    await expect(opem('listing', 'offer', listing, '--to', 'sam', ...pia)).rejects.toThrow(/^ERR_PARTY: /)
    const words = ['--reason', 'It is replaced.']
    expect(await opem('listing', 'remove', listing, ...words, ...pia)).toContain(
      `${listing} is removed: It is replaced.`,
    )
  })
}
