import { LISTING_EXAMPLES } from '@opem/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Browser } from '../../testing/browser.ts'
import { openPublishingWorld, type PublishingWorld } from '../../testing/publishing-world.ts'

const { analytic } = LISTING_EXAMPLES
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAAAABJRU5ErkJggg=='

let it: PublishingWorld
let pia: Browser
let listing: `0x${string}`
let page: string

beforeAll(async () => {
  it = await openPublishingWorld()
  pia = it.pia.browser
  listing = await it.submitted(pia, analytic)
  page = `/v1/market/services/${listing}/landing`
}, 180_000)
afterAll(() => it?.close())

const coded = ({ status, body }: Answer) => [status, body.code]
const everybody = () => it.world.browser('nobody').call('GET', `/v1/market/landing/${listing}`)
const pictureAs = (digest: string, browser?: Browser) =>
  fetch(`${it.world.api().url}/v1/market/pictures/${digest}`, {
    headers: browser ? { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {},
  })
const add = (base64: string, by = pia) => by.call('POST', `/v1/market/services/${listing}/pictures`, { base64 })
let digest: string

describe('a landing page', () => {
  test('is saved block by block, in an order, and refuses what is no block', async () => {
    digest = (await add(PNG)).body.digest
    const blocks = [
      { kind: 'heading', text: 'Wind, forecast' },
      { kind: 'text', text: '<img src=x onerror=alert(1)>\n[a](javascript:alert(1))' },
      { kind: 'picture', digest, alt: 'A wind park at dawn' },
      { kind: 'kpi', label: 'Mean error', value: '4.2', unit: '%' },
      { kind: 'plans' },
      { kind: 'call-to-action', text: 'Contract it' },
    ]
    const saved = await pia.call('PUT', page, { revision: 0, blocks })
    expect([saved.body.revision, saved.body.blocks]).toEqual([1, blocks])
    const put = async (block: object) => coded(await pia.call('PUT', page, { revision: 1, blocks: [block] }))
    expect(await put({ kind: 'html', text: '<b>' })).toEqual([400, 'ERR_BODY'])
    expect(await put({ kind: 'text', text: 'x', style: 'color:red' })).toEqual([400, 'ERR_BODY'])
    expect(await put({ kind: 'call-to-action', text: 'x', url: 'javascript:alert(1)' })).toEqual([400, 'ERR_BODY'])
    expect(await put({ kind: 'picture', digest: `0x${'1'.repeat(64)}`, alt: 'x' })).toEqual([
      409,
      'ERR_PICTURE_UNKNOWN',
    ])
    expect(coded(await pia.call('PUT', page, { revision: 0, blocks: [] }))).toEqual([409, 'ERR_PAGE_CHANGED'])
  })

  test('takes pictures by their bytes, whatever they are called', async () => {
    const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64')
    expect(coded(await add(base64('<svg onload="alert(1)"/>')))).toEqual([415, 'ERR_PICTURE'])
    const large = new Uint8Array(1_000_001)
    large.set(Buffer.from(PNG, 'base64'))
    expect(coded(await add(base64(large)))).toEqual([413, 'ERR_PICTURE_TOO_LARGE'])
    expect(coded(await add(PNG, it.rob.browser))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    expect((await add(PNG)).body).toEqual({ digest, type: 'image/png', width: 1, height: 1 })
  })

  test('has room for sixty pictures; those that no revision shows make room in a day', async () => {
    const { Pool } = await import('pg')
    const pool = new Pool({ connectionString: it.world.postgres.url })
    const now = Math.floor(Date.now() / 1000)
    const fill = `INSERT INTO market_pictures SELECT $1, 'old ' || n, 'image/png', 1, 1, '', $2 FROM generate_series(1, 59) n`
    await pool.query(fill, [listing, now])
    const other = PNG.replace('SUhEUgAAAAEAAAAB', 'SUhEUgAAAAEAAAAC')
    expect(coded(await add(other))).toEqual([409, 'ERR_TOO_MANY_PICTURES'])
    expect((await add(PNG)).body.digest).toBe(digest)
    await pool.query('UPDATE market_pictures SET added_at = $2 WHERE listing = $1', [listing, now - 90_000])
    const { status, body } = await add(other)
    expect([status, body.height]).toEqual([200, 2])
    const left = await pool.query('SELECT digest FROM market_pictures WHERE listing = $1', [listing])
    expect(left.rows.map((row) => row.digest).sort()).toEqual([digest, body.digest].sort())
    await pool.end()
  })

  test('is its provider’s alone until the listing is published', async () => {
    expect(coded(await everybody())).toEqual([404, 'ERR_PAGE_UNKNOWN'])
    expect((await pictureAs(digest)).status).toBe(404)
    expect((await pictureAs(digest, it.rob.browser)).status).toBe(404)
    expect((await pictureAs(digest, pia)).status).toBe(200)
    expect(coded(await it.rob.browser.call('GET', page))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    expect(coded(await it.sam.browser.call('GET', page))).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('is everybody’s, without signing in, once it is; its pictures run nothing', async () => {
    await it.approve(listing)
    await it.publish('Pia', pia, listing)
    const { status, body } = await everybody()
    expect([status, body.title, body.provider, body.plans.length, body.blocks.length]).toEqual([
      ...[200, 'Day-ahead forecast of wind energy', 'Pia', 3, 6],
    ])
    expect(body.blocks[1].text).toBe('<img src=x onerror=alert(1)>\n[a](javascript:alert(1))')
    const { headers, status: shown } = await pictureAs(digest)
    expect(shown).toBe(200)
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox; frame-ancestors 'none'")
    expect((await pictureAs('0x12')).status).toBe(400)
  })

  test('is corrected at any time, and what was shown before is kept', async () => {
    const saved = await pia.call('PUT', page, { revision: 1, blocks: [{ kind: 'heading', text: 'Corrected' }] })
    expect(saved.body.revisions.map(({ revision }: { revision: number }) => revision)).toEqual([2, 1])
    expect((await everybody()).body.blocks).toEqual([{ kind: 'heading', text: 'Corrected' }])
    // No page that is shown names the picture any more.
    expect((await pictureAs(digest)).status).toBe(404)
  })

  test('is taken down by the operator with a reason, and shown again', async () => {
    const put = (body: object, by = it.operator.browser) =>
      by.call('PUT', `/v1/market/reviews/${listing}/landing`, body)
    expect(coded(await put({ shown: false, reason: 'x' }, pia))).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(coded(await put({ shown: false }))).toEqual([400, 'ERR_BODY'])
    await put({ shown: false, reason: 'The picture is not yours.' })
    expect(coded(await everybody())).toEqual([404, 'ERR_PAGE_UNKNOWN'])
    expect((await pia.call('GET', page)).body.takenDown.reason).toBe('The picture is not yours.')
    await put({ shown: true })
    expect((await everybody()).status).toBe(200)
  })

  test('is nobody’s while the listing is restricted, stopped or suspended', async () => {
    const policy = {
      ...{ restricted: true, authentication: ['token'], addressRanges: [], requestsPerMinute: 10, revision: 0 },
    }
    await pia.call('PUT', `/v1/market/services/${listing}/policy`, policy)
    expect((await everybody()).status).toBe(404)
    await pia.call('PUT', `/v1/market/services/${listing}/policy`, { ...policy, restricted: false, revision: 1 })
    expect((await everybody()).status).toBe(200)
    await it.send('Pia', 'stop', [listing, `0x${'0'.repeat(64)}`])
    expect((await everybody()).status).toBe(404)
    await it.send('Pia', 'start', [listing])
    await it.send('administrator', 'suspend', [listing, `0x${'0'.repeat(64)}`])
    expect((await everybody()).status).toBe(404)
    await it.send('administrator', 'reinstate', [listing])
    expect((await everybody()).status).toBe(200)
  })
})
