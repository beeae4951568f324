import { signRequest } from './sign-request.ts'
import type { SystemKey } from './system-key.ts'

/**
 * A `fetch` that signs every request with the key. The body is read whole, because its digest goes before it. A redirect
 * is an error: a signature is for one address, and is shown to no other.
 */
export function createSignedFetch(key: SystemKey, send: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined
    const { method, url, signal } = request
    const headers = signRequest({ method, url, headers: Object.fromEntries(request.headers), body }, key)
    return send(url, { method, headers, body: body?.length ? body : null, signal, redirect: 'error' })
  }
}
