import { z } from 'zod'
import { contractAddresses } from '../chain/deployment.ts'
import { defineRoute } from '../route.ts'
import { count } from '../shapes.ts'

export const getHealth = defineRoute({
  method: 'get',
  path: '/v1/health',
  access: 'public',
  summary: 'Whether the unified API and the parts it needs answer.',
  answers: z.object({ status: z.enum(['ready', 'waiting']), parts: z.record(z.string(), z.boolean()) }),
  async handle(_input, { health }) {
    const parts = await health()
    return { status: parts.lake && parts.postgres ? 'ready' : 'waiting', parts }
  },
})

export const getSettings = defineRoute({
  method: 'get',
  path: '/v1/settings',
  access: 'public',
  summary: 'Where the contracts are, and whether this is a development chain.',
  answers: z.object({
    chainId: count,
    block: count,
    development: z.boolean(),
    addresses: contractAddresses,
  }),
  async handle(_input, { deployment, development }) {
    return { ...(await deployment()), development }
  },
})
