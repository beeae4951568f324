import type { OperationalStore } from '../../operational/store.ts'
import { notify } from '../notifications/notify.ts'
import type { StoredRequest } from './requests.ts'

/** Tells whoever asked that nobody proposes any more, once. @param now seconds since 1970 @returns how many were told */
export const tellClosed = (store: Pick<OperationalStore, 'transaction'>, now: number): Promise<number> =>
  store.transaction(async (rows) => {
    const closed = await rows<Pick<StoredRequest, 'id' | 'account' | 'document'> & { proposals: number }>(
      `UPDATE market_innovation_requests r SET told_closed = true
       WHERE state = 'open' AND NOT told_closed AND closes_at <= $1 AND document IS NOT NULL
       RETURNING id, account, document,
         (SELECT count(*)::int FROM market_innovation_proposals p WHERE p.request = r.id AND p.state = 'open') AS proposals`,
      [now],
    )
    for (const { id, account, document, proposals } of closed)
      await notify(rows, {
        ...{ account, kind: 'innovation-proposed', about: { request: id }, link: `/innovation/${id}` },
        words: {
          title: `Your request “${document!.title}” is closed`,
          text: `Nobody proposes any more. There ${proposals === 1 ? 'is 1 proposal' : `are ${proposals} proposals`}: choose one, or withdraw the request.`,
        },
      })
    return closed.length
  })
