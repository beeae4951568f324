import { readFileSync } from 'node:fs'
import type { PinnedIssuer } from '@opem/ssi/openid4vp'
import { z } from 'zod'
import { publicKey } from '../company/systems.ts'

const shape = z.array(
  z.strictObject({
    iss: z.string().min(1).max(2048).optional(),
    types: z.array(z.enum(['IdentityCredential', 'DataSourceCredential', 'RepresentativeCredential'])).min(1),
    keys: z.array(publicKey).optional(),
    certificates: z.array(z.string().startsWith('-----BEGIN CERTIFICATE-----')).optional(),
  }),
)

/** Issuers of EU wallets' credentials that the operator knows: a JSON list of issuer, types, and keys or certificates. */
export const readPinnedIssuers = (path: string | undefined): readonly PinnedIssuer[] =>
  path === undefined ? [] : (shape.parse(JSON.parse(readFileSync(path, 'utf8'))) as PinnedIssuer[])
