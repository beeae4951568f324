import { untilFollowed } from '../api/services.ts'
import type { BusinessAction } from './action.ts'
import { useAction } from './use-action.ts'

/** A business action of the marketplace: done when the marketplace's own pages have heard of it too. */
export function useMarketAction<Input>(action: BusinessAction<Input>) {
  const { stage, run, busy } = useAction(action)
  return { stage, busy, run: (input: Input) => run(input, ({ blockNumber }) => untilFollowed(blockNumber)) }
}
