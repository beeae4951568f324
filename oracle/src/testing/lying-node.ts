/**
 * A node that lies, as a process of the faults tests: it closes periods like any other and then falsifies the balances
 * before it proposes, signs and submits. Never part of the product: `main.ts` knows nothing of it.
 */
import { Wh } from '@opem/domain'
import { type BatchInput, type ClosedBatch, closeBatch, commit } from '../close-period/close-batch.ts'
import { runNode } from '../run-node.ts'

/** Every member with an export gets another kWh of it, and the surplus grows with them: consistent, and false. */
function falsify(input: BatchInput): ClosedBatch {
  const honest = closeBatch(input)
  const books = honest.books.map((book) => {
    const balances = book.balances.map((balance) =>
      balance.energyExport > balance.energyImport
        ? { ...balance, energyExport: Wh(balance.energyExport + 1000n) }
        : balance,
    )
    const sellers = balances.filter(({ energyExport, energyImport }) => energyExport > energyImport).length
    return { ...book, balances, surplus: Wh(book.surplus + BigInt(sellers) * 1000n) }
  })
  return { ...honest, ...commit(input, books), books }
}

await runNode(falsify)
