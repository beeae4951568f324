import type { Actor, MarketRole, Operation } from '@opem/domain'
import { ACTORS, MARKET_ROLES, ROLES } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import type { HolderProof } from '../presentation/proof.ts'
import { exchange } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

export const MarketRoles = z.array(z.enum(MARKET_ROLES))
const Roles = z.array(z.enum(ROLES))
export const AccountKind = z.enum(['company', 'citizen', 'machine'])
export type AccountKind = z.infer<typeof AccountKind>

export const Challenge = z.strictObject({
  challenge: Bytes32,
  /** DID of the marketplace: to whom something is proved. */
  audience: z.string(),
  chainId: z.number().int().positive(),
  operation: z.string(),
  expiresAt: Instant,
})
export type Challenge = z.infer<typeof Challenge>

/** 32 fresh bytes for one operation of this browser, good for two minutes and once. */
export const askChallenge = (operation: Operation) =>
  exchange('/v1/access/challenges', Challenge, { body: { operation } })

export const Session = z.strictObject({
  did: z.string(),
  name: z.string(),
  organisation: z.string().nullable(),
  account: Bytes32,
  kind: AccountKind,
  /** Own roles of a representative; the account's otherwise. */
  roles: Roles,
  /** Columns of D2.3 Table 5 in which the marketplace lets this session act. */
  actors: z.array(z.enum(ACTORS)) as z.ZodType<Actor[]>,
  operator: z.boolean(),
  expiresAt: Instant,
})
export type Session = z.infer<typeof Session>
export const Answered = z.strictObject({ session: Session })

/** Who is signed in; throws 401 for nobody. */
export const askSession = async (signal?: AbortSignal) =>
  (await exchange('/v1/access/session', Answered, signal === undefined ? {} : { signal })).session

export const signIn = async (presentation: HolderProof) =>
  (await exchange('/v1/access/sign-ins', Answered, { body: { presentation, tokens: 'cookie' } })).session

/** A fresh access token for the refresh cookie of this browser. An old handle ends the session: never ask twice at once. */
export const refreshSession = async () => (await exchange('/v1/access/refresh', Answered, { method: 'POST' })).session

export const endSession = () => exchange('/v1/access/session', z.unknown(), { method: 'DELETE' })

export const Receipt = z.strictObject({
  challenge: Bytes32,
  audience: z.string(),
  expiresAt: Instant,
  credentialHash: Bytes32,
})
export const Registered = z.strictObject({
  account: Bytes32,
  status: z.enum(['pending', 'active']),
  delivery: z.enum(['wallet', 'response']),
  credential: z.string().optional(),
  receipt: Receipt.optional(),
})
export type Registered = z.infer<typeof Registered>
export type Receipt = z.infer<typeof Receipt>

/** The version of the terms that was shown and accepted. */
export const register = (
  kind: 'company' | 'citizen',
  roles: readonly MarketRole[],
  terms: string,
  presentation: HolderProof,
) => exchange('/v1/access/registrations', Registered, { body: { kind, roles, terms, presentation } })

export const Progress = z.strictObject({
  status: z.enum(['pending', 'active', 'suspended', 'revoked', 'expired', 'none']),
  reason: z.string().optional(),
})
export type RegistrationProgress = z.infer<typeof Progress>

/** How far a registration is; asked every two seconds until the account is active. */
export const registrationQuery = (account: string) =>
  queryOptions({
    queryKey: ['registration', account],
    queryFn: ({ signal }) => exchange(`/v1/access/registrations/${account}`, Progress, { signal }),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.status === 'pending' ? 2_000 : false),
  })

export const Confirmed = z.strictObject({
  account: Bytes32,
  status: z.literal('active'),
  receipt: z.string().optional(),
})

export const confirmReceipt = (presentation: HolderProof) =>
  exchange('/v1/access/receipts', Confirmed, { body: { presentation } })

export const Terms = z.strictObject({ version: z.string(), title: z.string(), text: z.string() })

export const termsQuery = queryOptions({
  queryKey: ['terms'],
  queryFn: ({ signal }) => exchange('/v1/access/terms', Terms, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

export const Issued = z.strictObject({ credential: z.string() })

/** Development chains only: an identity credential from the development issuer. */
export const issueDevelopmentIdentity = async (did: string, name: string) =>
  (await exchange('/v1/access/development/identity-credentials', Issued, { body: { did, name } })).credential

export const WalletRequest = z.strictObject({
  id: z.string(),
  /** Opens the wallet: `openid4vp://…`. */
  requestUri: z.string(),
  requestObject: z.string(),
  expiresAt: Instant,
})

/** Opens a request that an EU wallet answers (OpenID4VP 1.0). */
export const askEuWallet = (operation: Operation) =>
  exchange('/v1/access/openid4vp/requests', WalletRequest, { body: { operation } })

export const WalletAnswer = z.strictObject({
  status: z.enum(['waiting', 'answered', 'refused']),
  reason: z.string().optional(),
})

/** Whether the wallet has answered; asked every two seconds while it has not. */
export const walletAnswerQuery = (request: string | undefined) =>
  queryOptions({
    queryKey: ['registration', 'openid4vp', request ?? ''],
    enabled: request !== undefined,
    queryFn: ({ signal }) => exchange(`/v1/access/openid4vp/responses/${request}`, WalletAnswer, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'answered' || state.error !== null ? false : 2_000),
  })
