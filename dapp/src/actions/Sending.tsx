import { Notice } from '../parts/Notice.tsx'
import type { Stage } from './action.ts'
import { Journey } from './Journey.tsx'

/** How a step goes whose words are kept by the marketplace before the chain is told: why it was not sent, or how far it is. */
export const Sending = ({ problem, stage }: { problem: string | undefined; stage: Stage }) => (
  <>
    {problem === undefined ? null : (
      <Notice tone="wrong" title="Not sent">
        <p>{problem}</p>
      </Notice>
    )}
    <Journey stage={stage} />
  </>
)
