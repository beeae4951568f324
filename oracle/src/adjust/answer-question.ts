import { formatInstant, ok, packTotals, type Result, refuse } from '@opem/domain'
import type { Node } from '../node.ts'
import { differenceOf } from '../sign/differences.ts'
import type { Signature } from '../sign/sign-report.ts'
import { isFallen } from '../watch/batches.ts'
import { isFinal } from './is-final.ts'
import { type Question, signAdjustment } from './sign-adjustment.ts'
import { dueAdjustments } from './what-differs.ts'

// The time of an adjustment decides in which month it is billed: another node's clock may be off by this much, no more.
const CLOCK_SECONDS = 600

type Refusal = 'ERR_ORACLE_DISAGREES' | 'ERR_ORACLE_COMMUNITY_UNKNOWN'

/** Another node's question about an adjustment, answered by doing the work again from this node's own chain and lake. */
export async function answerQuestion(node: Node, question: Question): Promise<Result<Signature, Refusal>> {
  await node.chain.sync()
  const community = node.chain.community(question.community)
  if (!community)
    return refuse('ERR_ORACLE_COMMUNITY_UNKNOWN', `${question.community} is not a community of this factory`)
  const batch = node.batches.get(community.id, question.batch)
  const { revision, batchRoot, rules, knownAt, start } = question
  if (!batch || isFallen(batch) || batch.revision !== revision || batch.root !== batchRoot || batch.rules !== rules)
    return refuse('ERR_ORACLE_DISAGREES', `what stands at ${formatInstant(question.batch)} is another batch`)
  if (!(await isFinal(node, batch)))
    return refuse('ERR_ORACLE_DISAGREES', 'its correction window is open: correct it on chain')
  const time = Math.max(node.now(), node.chain.time())
  if (Math.abs(knownAt - time) > CLOCK_SECONDS)
    return refuse('ERR_ORACLE_DISAGREES', `it is ${formatInstant(time)} here, not ${formatInstant(knownAt)}`)
  const due = await dueAdjustments(node, community, batch, await node.present(community, batch))
  const mine = due?.find(({ book }) => book.start === start)
  if (!mine) return refuse('ERR_ORACLE_DISAGREES', `nothing is to be adjusted at ${formatInstant(start)}`)
  if (mine.number !== question.number)
    return refuse('ERR_ORACLE_DISAGREES', `its next adjustment is number ${mine.number}, not ${question.number}`)
  const difference = differenceOf(
    { root: question.membersRoot, totals: [question.totals] },
    { root: mine.book.membersRoot, totals: [packTotals(mine.book)] },
    () => start,
  )
  if (difference) return refuse('ERR_ORACLE_DISAGREES', difference)
  return ok(await signAdjustment(node, question))
}
