/**
 * A node that favours somebody, as a process of the stories: of two buyers the second gives half a kWh of its share to the
 * first. Every sum is right, the even split is not. Never part of the product.
 */
import { Wh } from '@opem/domain'
import { type BatchInput, type ClosedBatch, closeBatch, commit } from '../close-period/close-batch.ts'
import { runNode } from '../run-node.ts'

const FAVOUR = 500n

function favour(input: BatchInput): ClosedBatch {
  const honest = closeBatch(input)
  const books = honest.books.map((book) => {
    const [giver, taker] = [...book.balances]
      .filter(({ bought }) => bought >= FAVOUR)
      .sort((a, b) => (a.energyImport < b.energyImport ? 1 : -1))
    const balances = book.balances.map((balance) =>
      balance === giver
        ? { ...balance, bought: Wh(balance.bought - FAVOUR) }
        : balance === taker
          ? { ...balance, bought: Wh(balance.bought + FAVOUR) }
          : balance,
    )
    return { ...book, balances }
  })
  return { ...honest, ...commit(input, books), books }
}

await runNode(favour)
