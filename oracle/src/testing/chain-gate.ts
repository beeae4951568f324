import { createServer } from 'node:http'

/**
 * A door in front of the chain that a test can shut for sent transactions: `before` keeps them from the chain, `after`
 * lets them through and withholds the answer. So a node can be killed at exactly these moments.
 */
export async function openChainGate(chainUrl: string) {
  let shut: 'open' | 'before' | 'after' = 'open'
  let held = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const sends = body.includes('"eth_sendRawTransaction"')
    if (sends && shut === 'before') {
      held++
      return
    }
    const answer = await fetch(chainUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const text = await answer.text()
    if (sends && shut === 'after') {
      held++
      return
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    set(state: typeof shut) {
      shut = state
      held = 0
    },
    held: () => held,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
