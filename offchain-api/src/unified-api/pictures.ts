import type { Express } from 'express'
import type { Caller } from '../access/caller/caller.ts'
import { identify, showsIdentity } from '../access/caller/identify.ts'
import { pictureBytes } from '../marketplace/advertise/pictures.ts'
import { bodyOf } from './body.ts'
import { Refusal } from './problem.ts'
import type { Services } from './services.ts'

// A picture runs nothing, whatever a browser takes it for.
const POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
const NOBODY: Caller = { kind: 'nobody' }

/** Bytes of pictures of landing pages: for everybody while the page is shown, for its provider always. */
export function mountPictures(app: Express, services: Services): void {
  app.get('/v1/market/pictures/:digest', async (request, response) => {
    const digest = String(request.params.digest)
    if (!/^0x[0-9a-f]{64}$/.test(digest))
      throw new Refusal(400, 'ERR_PATH', 'a picture is named by 0x and 64 hex digits')
    // Public: a spoilt cookie bars nobody, it only shows nothing more.
    const caller: Caller = showsIdentity(request)
      ? await identify(services.access, request, bodyOf(request, response, 0).bytes).catch(() => NOBODY)
      : NOBODY
    const account = caller.kind === 'person' ? caller.account : undefined
    const found = await pictureBytes(services.store.rows, digest, account)
    if (found === undefined)
      throw new Refusal(404, 'ERR_PICTURE_UNKNOWN', 'there is no such picture, or it is not shown')
    response
      .set({
        'Content-Type': found.type,
        'Content-Security-Policy': POLICY,
        'X-Content-Type-Options': 'nosniff',
        'Content-Disposition': 'inline',
        // Bytes of a digest never change; whether they are shown does.
        'Cache-Control': found.shown ? 'public, max-age=300' : 'private, no-store',
      })
      .send(found.bytes)
  })
}
