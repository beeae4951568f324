import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../operational/store.ts'

type Rows = OperationalStore['rows']

/** A call of a contract that the store has decided on, and how far it has come. */
export interface Call<Kind> {
  readonly id: number
  readonly call: Kind
  readonly state: 'wanted' | 'signed' | 'done' | 'dropped'
  readonly why: string | null
  readonly nonce: number | null
  readonly hash: Hex | null
  readonly raw: Hex | null
}

interface Row extends Record<string, unknown> {
  id: string
  kind: string
  call: object
  state: Call<unknown>['state']
  why: string | null
  account_nonce: string | null
  hash: Hex | null
  raw: Hex | null
}

/** Where calls stand. Writing one down is left to whom it belongs to: what counts as the same call differs. */
export interface CallTable<Stored> {
  /** Calls that may be signed now. */
  wanted(rows: Rows, most?: number): Promise<Stored[]>
  signed(rows: Rows, most?: number): Promise<Stored[]>
  read(rows: Rows, id: number): Promise<Stored | undefined>
  /** The transactions that are under way, by whichever key signed them. */
  underWay(rows: Rows): Promise<{ nonce: number; hash: Hex; raw: Hex }[]>
  markSigned(rows: Rows, id: number, signed: { nonce: number; hash: Hex; raw: Hex }): Promise<void>
  /** Its account nonce was used by something else: it is signed anew. */
  markWanted(rows: Rows, id: number): Promise<void>
  /** @returns false when somebody else was first */
  close(rows: Rows, id: number, state: 'done' | 'dropped', why: string | null): Promise<boolean>
}

/**
 * @param name of the table: `id, kind, call, state, why, account_nonce, hash, raw`, and what the calls of this room are about
 * @param mayBeSigned SQL about a wanted row `c`, where one waits for another
 */
export function callTable<Kind extends { readonly kind: string }, About>(
  name: string,
  mayBeSigned = 'true',
): CallTable<Call<Kind> & About> {
  const toCall = ({ id, kind, call, state, why, account_nonce, hash, raw, ...about }: Row) =>
    ({
      ...about,
      ...{ id: Number(id), call: { kind, ...call }, state, why },
      nonce: account_nonce === null ? null : Number(account_nonce),
      ...{ hash, raw },
    }) as unknown as Call<Kind> & About
  const calls = async (rows: Rows, rest: string, values: unknown[]) =>
    (await rows<Row>(`SELECT * FROM ${name} c WHERE ${rest}`, values)).map(toCall)

  return {
    wanted: (rows, most = 100) => calls(rows, `state = 'wanted' AND ${mayBeSigned} ORDER BY id LIMIT $1`, [most]),
    signed: (rows, most = 100) => calls(rows, `state = 'signed' ORDER BY account_nonce LIMIT $1`, [most]),
    read: async (rows, id) => (await calls(rows, 'id = $1', [id]))[0],
    underWay: async (rows) =>
      (
        await rows<{ account_nonce: string; hash: Hex; raw: Hex }>(
          `SELECT account_nonce, hash, raw FROM ${name} WHERE state = 'signed'`,
        )
      ).map(({ account_nonce, hash, raw }) => ({ nonce: Number(account_nonce), hash, raw })),
    async markSigned(rows, id, { nonce, hash, raw }) {
      await rows(`UPDATE ${name} SET state = 'signed', account_nonce = $2, hash = $3, raw = $4 WHERE id = $1`, [
        ...[id, nonce, hash, raw],
      ])
    },
    async markWanted(rows, id) {
      await rows(`UPDATE ${name} SET state = 'wanted', account_nonce = NULL, hash = NULL, raw = NULL WHERE id = $1`, [
        id,
      ])
    },
    close: async (rows, id, state, why) =>
      (
        await rows(
          `UPDATE ${name} SET state = $2, why = $3, raw = NULL WHERE id = $1 AND state IN ('wanted', 'signed') RETURNING id`,
          [id, state, why],
        )
      ).length > 0,
  }
}
