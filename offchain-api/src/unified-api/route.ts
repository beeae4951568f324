import type { z } from 'zod'
import type { Caller, Person } from '../access/caller/caller.ts'
import type { Relations } from '../access/rules/judge.ts'
import type { Grant, RuleName } from '../access/rules/rules.ts'
import type { Cookies } from '../access/session/cookies.ts'
import type { Services } from './services.ts'

/** Who asks, and why they were let in. */
export interface Access {
  readonly caller: Caller
  /** Every reason of the rule that holds: what is shown depends on them. */
  readonly grants: readonly Grant[]
  readonly relations: Relations
  readonly cookies: Cookies
  /** Under which name this API was asked: `http://127.0.0.1:8400`. */
  readonly origin: string
  /** From which address: of providers' policies alone, never kept longer than a call. */
  readonly address: string
  /** For a handler that finds the caller may not: the rule's refusal, with what was needed. */
  refuse(needs: string): never
}

/** Whoever signed in. @throws the rule's refusal for machines and for nobody */
export const personOf = ({ caller, refuse }: Access): Person =>
  caller.kind === 'person' ? caller : refuse('somebody who signed in')

/** Rows that are streamed: `{"<name>":[…]}` as JSON, one object per line with `Accept: application/x-ndjson`. */
export interface RowsAnswer {
  readonly name: string
  readonly rows: AsyncIterable<readonly unknown[]>
}

/** An answer that is no JSON. */
export interface TextAnswer {
  readonly type: string
  readonly text: string | Buffer
}

/** A file, streamed as it comes. */
export interface FileAnswer {
  readonly type: string
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

type Shape = z.ZodType

/** One route: the server parses with its shapes, the OpenAPI document is generated from the same. */
export interface Route<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape> {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** OpenAPI form: `/v1/communities/{id}`. */
  readonly path: string
  readonly summary: string
  /** Who may: a rule of access/rules/rules.ts. */
  readonly access: RuleName
  /** Which community a rule about communities means; `params.id` unless told. */
  communityOf?(input: { readonly params: z.output<P>; readonly body: z.output<B> }): string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Shown in the OpenAPI document where the server parses item by item. */
  readonly documentedBody?: Shape
  /** The body is application/x-www-form-urlencoded and handed over as it came, as OpenID4VP wallets post. */
  readonly form?: true
  /** Bytes; 256 kB unless told. */
  readonly bodyLimit?: number
  readonly answers: Shape
  /** A POST whose answer holds a secret: with an Idempotency-Key it is done once all the same, but its answer is not kept. */
  readonly unrepeatable?: true
  /** Also as NDJSON. */
  readonly streams?: true
  /** A door that stands open to everybody is knocked at only so often: by an address, and by whom it says to be. */
  readonly limited?: {
    holderOf?(
      input: { readonly params: z.output<P>; readonly body: z.output<B> },
      cookies: Pick<Cookies, 'get'>,
    ): string | undefined
  }
  handle(
    input: {
      readonly params: z.output<P>
      readonly query: z.output<Q>
      readonly body: z.output<B>
      readonly form?: string | undefined
    },
    services: Services,
    access: Access,
  ): Promise<unknown>
}

export const defineRoute = <P extends Shape, Q extends Shape, B extends Shape>(route: Route<P, Q, B>): Route =>
  route as unknown as Route

export const rows = (name: string, source: AsyncIterable<readonly unknown[]>): RowsAnswer => ({ name, rows: source })

export const text = (type: string, text: string | Buffer): TextAnswer => ({ type, text })

export const isText = (value: unknown): value is TextAnswer =>
  typeof value === 'object' && value !== null && 'text' in value && 'type' in value && Object.keys(value).length === 2

export const file = (answer: FileAnswer): FileAnswer => answer

export const isFile = (value: unknown): value is FileAnswer =>
  typeof value === 'object' &&
  value !== null &&
  'bytes' in value &&
  'name' in value &&
  Symbol.asyncIterator in Object(value.bytes)

export const isRows = (value: unknown): value is RowsAnswer =>
  typeof value === 'object' &&
  value !== null &&
  'rows' in value &&
  'name' in value &&
  Symbol.asyncIterator in Object(value.rows)
