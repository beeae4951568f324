import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Trader } from './market-world.ts'

export type ProviderService = Awaited<ReturnType<typeof startProviderService>>

/** A provider's own software: answers every call, and with status `?status=` or units `?units=` when asked to. */
export async function startProviderService() {
  const asked: { readonly method: string; readonly path: string; readonly body: string }[] = []
  let gate: Promise<void> = Promise.resolve()
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const { pathname, searchParams } = new URL(request.url!, 'http://service')
      asked.push({ method: request.method!, path: pathname, body: Buffer.concat(parts).toString() })
      await gate
      const units = searchParams.get('units')
      response.writeHead(Number(searchParams.get('status') ?? 200), {
        'content-type': 'application/json',
        ...(units !== null && { 'opem-units': units }),
      })
      response.end('{"wh":[120,130]}')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    /** Answers nothing until the function that it gives is called. */
    hold(): () => void {
      let release = () => {}
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** Both sides bring an agreement's instance to where it is called. */
export async function runInstance(
  provider: Pick<Trader, 'browser'>,
  consumer: Pick<Trader, 'browser'>,
  agreement: string,
  baseUrl: string,
): Promise<void> {
  const path = `/v1/agreements/${agreement}/instance`
  for (const [who, step, body] of [
    [provider, 'data-checks', {}],
    [provider, 'adaptations', {}],
    [provider, 'readiness', { baseUrl }],
    [consumer, 'starts', {}],
  ] as const) {
    const { status, body: answer } = await who.browser.call('POST', `${path}/${step}`, body)
    if (status !== 200) throw new Error(`${step}: ${JSON.stringify(answer)}`)
  }
}
