/** Gathers what is submitted while a write is under way into the next one: many small durable writes become few large. */
export interface Batcher<In, Out> {
  /** Resolves when the item is durable; rejects when its batch failed. */
  submit(item: In): Promise<Out>
  /** Waits until nothing is under way. */
  drain(): Promise<void>
}

/**
 * One batch at a time, in order of submission.
 * @param weightOf rows of an item; a batch ends before it grows beyond `most`, but takes one item at least
 * @param write results in the order of the items
 */
export function createBatcher<In, Out>(deps: {
  weightOf: (item: In) => number
  most: number
  write: (items: readonly In[]) => Promise<readonly Out[]>
}): Batcher<In, Out> {
  const queue: { item: In; resolve: (result: Out) => void; reject: (cause: unknown) => void }[] = []
  let running: Promise<void> | undefined

  async function run() {
    while (queue.length > 0) {
      const batch = [queue.shift()!]
      let weight = deps.weightOf(batch[0]!.item)
      while (queue[0] && weight + deps.weightOf(queue[0].item) <= deps.most) {
        weight += deps.weightOf(queue[0].item)
        batch.push(queue.shift()!)
      }
      try {
        const results = await deps.write(batch.map(({ item }) => item))
        for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
      } catch (cause) {
        for (const { reject } of batch) reject(cause)
      }
    }
    running = undefined
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject })
        running ??= run()
      }),
    async drain() {
      while (running) await running
    },
  }
}
