import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import type { StoredRequest } from './requests.ts'

export type PostState = 'waiting' | 'shown' | 'hidden'

/** A question, or something said below one. */
export interface Post {
  readonly id: number
  readonly thread: number | null
  /** Providers do not learn who the others are. */
  readonly by: 'asker' | 'you' | 'provider'
  /** Of the provider; for the asker's eyes alone. */
  readonly name: string | null
  readonly words: string
  readonly state: PostState
  readonly writtenAt: number
}

const MOST_POSTS = 500
/** Of one provider: who asks much keeps nobody else from asking. */
const MOST_OF_ONE = 50

/** What an account is shown: the asker everything, a provider what is public and what they wrote. In the order of writing. */
export const postsOf = (rows: Rows, request: StoredRequest, account: string): Promise<Post[]> =>
  rows<Post & Record<string, unknown>>(
    `SELECT p.id::int AS id, p.thread::int AS thread, p.words, p.state, p.written_at::float8 AS "writtenAt",
       CASE WHEN p.account = $2 THEN 'you' WHEN p.account = $3 THEN 'asker' ELSE 'provider' END AS by,
       CASE WHEN $2 = $3 THEN a.name END AS name
     FROM market_innovation_posts p LEFT JOIN accounts a USING (account)
       LEFT JOIN market_innovation_posts top ON top.id = p.thread
     WHERE p.request = $1 AND ($2 = $3 OR p.account = $2 OR (p.state = 'shown' AND coalesce(top.state, 'shown') = 'shown'))
     ORDER BY p.id LIMIT ${MOST_POSTS}`,
    [request.id, account, request.account],
  )

/**
 * Asks, or says something in a thread. The asker's own words are public at once, and make public what they answer.
 * @throws Refusal ERR_INNOVATION_STATE, ERR_THREAD_UNKNOWN, ERR_TOO_MANY_POSTS
 */
export async function writePost(
  rows: Rows,
  it: { request: StoredRequest; account: string; thread: number | null; words: string; now: number },
): Promise<number> {
  const { request, account, thread, words, now } = it
  const asker = account === request.account
  if (request.state !== 'open')
    throw new Refusal(
      409,
      'ERR_INNOVATION_STATE',
      `the request is ${request.state}; questions are asked while it is open`,
    )
  const top = thread === null ? undefined : await threadOf(rows, it)
  await rows('SELECT 1 FROM market_innovation_requests WHERE id = $1 FOR UPDATE', [request.id])
  const [{ written, own } = { written: 0, own: 0 }] = await rows<{ written: number; own: number }>(
    `SELECT count(*)::int AS written, (count(*) FILTER (WHERE account = $2))::int AS own
     FROM market_innovation_posts WHERE request = $1`,
    [request.id, account],
  )
  if (!asker && own >= MOST_OF_ONE)
    throw new Refusal(
      409,
      'ERR_TOO_MANY_POSTS',
      `${own} of the questions and answers are yours; ${MOST_OF_ONE} are the most of one provider`,
    )
  if (written >= MOST_POSTS)
    throw new Refusal(
      409,
      'ERR_TOO_MANY_POSTS',
      `${written} questions and answers are there; ${MOST_POSTS} are the most`,
    )
  if (asker && top) await rows(`UPDATE market_innovation_posts SET state = 'shown' WHERE id = $1`, [thread])
  const [post] = await rows<{ id: number }>(
    `INSERT INTO market_innovation_posts (request, thread, account, words, state, written_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id::int AS id`,
    [request.id, thread, account, words, asker ? 'shown' : 'waiting', now],
  )
  const title = request.document?.title ?? 'a request'
  const to = asker ? top?.account : request.account
  if (to !== undefined && to !== account)
    await notify(rows, {
      ...{ account: to as `0x${string}`, kind: 'innovation-requested', about: { request: request.id } },
      words: asker
        ? { title: `Your question about “${title}” was answered`, text: 'The answer is public to every provider.' }
        : { title: `A question about “${title}”`, text: 'Answer it, or show it: until then the others do not see it.' },
      link: `/innovation/${request.id}`,
    })
  return post!.id
}

/** The question that a thread begins with, as far as the writer sees it. */
async function threadOf(
  rows: Rows,
  { request, account, thread }: { request: StoredRequest; account: string; thread: number | null },
): Promise<{ account: string }> {
  const [found] = await rows<{ account: string }>(
    `SELECT account FROM market_innovation_posts WHERE id = $1 AND request = $2 AND thread IS NULL
       AND ($3 = $4 OR account = $3 OR state = 'shown')`,
    [thread, request.id, account, request.account],
  )
  if (found) return found
  throw new Refusal(404, 'ERR_THREAD_UNKNOWN', `there is no question ${thread} in this request`)
}

/** The asker shows a provider's words to all, or hides them. @throws Refusal ERR_POST_UNKNOWN */
export async function moderate(rows: Rows, request: StoredRequest, post: number, state: 'shown' | 'hidden') {
  const changed = await rows(
    'UPDATE market_innovation_posts SET state = $3 WHERE id = $1 AND request = $2 RETURNING id',
    [post, request.id, state],
  )
  if (changed.length === 0)
    throw new Refusal(404, 'ERR_POST_UNKNOWN', `there is no question or answer ${post} in this request`)
}
