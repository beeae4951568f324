import type { Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import { readComposition } from './compositions.ts'

/** A chain that fails at every call is told of once in so many seconds. */
const QUIET_SECONDS = 3600

/** Tells whoever offers a composed service that its chain did not run for a user, and where; within the caller's transaction. */
export async function tellComposer(
  rows: Rows,
  it: { composition: string; agreement: string; place: number; code: string; now: number },
): Promise<void> {
  const composition = await readComposition(rows, it.composition)
  const title = composition?.document?.steps[it.place]?.title
  if (!composition || title === undefined) return
  const words = {
    title: `“${composition.document!.title}” did not run for a user`,
    text: `Service ${it.place + 1}, “${title}”, could not be asked or failed: ${it.code}. The user was not counted and can ask again.`,
  }
  const [told] = await rows(
    `SELECT 1 FROM market_notifications WHERE account = $1 AND kind = 'service-failed' AND title = $2 AND body = $3
       AND written_at > $4 LIMIT 1`,
    [composition.account, words.title, words.text, it.now - QUIET_SECONDS],
  )
  if (told) return
  await notify(rows, {
    ...{
      account: composition.account,
      kind: 'service-failed',
      about: { composition: composition.id, agreement: it.agreement },
      words,
    },
    link: `/compositions/${composition.id}`,
  })
}
