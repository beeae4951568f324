import type { BusinessAction } from '../actions/action.ts'
import { useAction } from '../actions/use-action.ts'
import { untilFollowed } from '../api/billing.ts'

/** A business action after which the page waits until the API has followed its block, too. */
export function useBillingAction<Input>(action: BusinessAction<Input>) {
  const { run, ...rest } = useAction(action)
  return { ...rest, run: (input: Input) => run(input, ({ blockNumber }) => untilFollowed(blockNumber)) }
}
