import type { AccessParts } from '../access.ts'
import { type DueReceipt, dueReceipts, issueReceipt, markDelivered, noteTry } from './receipts.ts'

const FIRST_PAUSE = 5
const LONGEST_PAUSE = 300

/** Brings Receipt credentials to companies' wallets; one that does not answer is asked again, ever more seldom. */
export async function deliverReceipts(parts: AccessParts): Promise<void> {
  await Promise.all((await dueReceipts(parts.store.rows, parts.now())).map((due) => deliver(parts, due)))
}

async function deliver(parts: AccessParts, due: DueReceipt): Promise<void> {
  const { store, wallet, now } = parts
  try {
    const company = await wallet()
    await company.deliver({ endpoint: due.endpoint, did: due.did }, await issueReceipt(parts, due))
    await markDelivered(store.rows, due)
  } catch {
    await noteTry(store.rows, due, now() + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(due.tries, 10)))
  }
}
