import { Agent, request } from 'node:http'

export { type Load, paced, quantile } from '../identity/load.ts'

import type { Load } from '../identity/load.ts'

export interface Target {
  readonly path: string
  readonly cookie: string
}

/** Keep-alive connections to a server: node's plain client, so that the measuring costs little beside the measured. */
export function openLanes(url: string): { ask(target: Target): Promise<void>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(url)
  return {
    ask: ({ path, cookie }) =>
      new Promise((resolve, reject) => {
        const asked = request({ agent, hostname, port, path, headers: { cookie } }, (response) => {
          response.on('data', () => undefined)
          response.once('end', () =>
            response.statusCode === 200
              ? resolve()
              : reject(new Error(`${path.split('?')[0]} answered ${response.statusCode}`)),
          )
        })
        asked.once('error', reject)
        asked.end()
      }),
    close: () => agent.destroy(),
  }
}

export const countOf = ({ errors }: Load): number => Object.values(errors).reduce((sum, count) => sum + count, 0)
