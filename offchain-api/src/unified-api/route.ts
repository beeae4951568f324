import type { z } from 'zod'
import type { Services } from './services.ts'

/** Rows that are streamed: `{"<name>":[…]}` as JSON, one object per line with `Accept: application/x-ndjson`. */
export interface RowsAnswer {
  readonly name: string
  readonly rows: AsyncIterable<readonly unknown[]>
}

type Shape = z.ZodType

/** One route: the server parses with its shapes, the OpenAPI document is generated from the same. */
export interface Route<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape> {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** OpenAPI form: `/v1/communities/{id}`. */
  readonly path: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Shown in the OpenAPI document where the server parses item by item. */
  readonly documentedBody?: Shape
  /** Bytes; 256 kB unless told. */
  readonly bodyLimit?: number
  readonly answers: Shape
  /** Also as NDJSON. */
  readonly streams?: true
  handle(
    input: { readonly params: z.output<P>; readonly query: z.output<Q>; readonly body: z.output<B> },
    services: Services,
  ): Promise<unknown>
}

export const defineRoute = <P extends Shape, Q extends Shape, B extends Shape>(route: Route<P, Q, B>): Route =>
  route as unknown as Route

export const rows = (name: string, source: AsyncIterable<readonly unknown[]>): RowsAnswer => ({ name, rows: source })

export const isRows = (value: unknown): value is RowsAnswer =>
  typeof value === 'object' &&
  value !== null &&
  'rows' in value &&
  'name' in value &&
  Symbol.asyncIterator in Object(value.rows)
