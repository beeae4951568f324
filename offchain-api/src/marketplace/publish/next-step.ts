import { formatInstant } from '@opem/domain'
import type { Draft } from './drafts.ts'
import type { Submission } from './submissions.ts'

/** Whose turn it is with a listing, and what they do next, in words. */
export interface NextStep {
  readonly who: 'provider' | 'operator' | 'nobody'
  readonly what: string
}

const step = (who: NextStep['who'], what: string): NextStep => ({ who, what })

/** @param problems how many fields are not as needed yet. @param now seconds since 1970 */
export function nextStep(
  draft: Pick<Draft, 'state' | 'version' | 'chain'>,
  submission: Pick<Submission, 'deadline' | 'reason' | 'checks'> | undefined,
  { problems, now }: { problems: number; now: number },
): NextStep {
  switch (draft.state) {
    case 'draft':
      return problems > 0
        ? step(
            'provider',
            `Complete the draft: ${problems === 1 ? 'one field is' : `${problems} fields are`} not as needed yet.`,
          )
        : step('provider', 'The draft is complete: submit it for review.')
    case 'submitted':
      return step('operator', 'The operator reviews it. You are told when it is approved or rejected.')
    case 'rejected':
      return step('provider', 'Correct what the operator named, and submit it again.')
    case 'approved': {
      const { deadline } = submission ?? {}
      return deadline !== undefined && deadline !== null && deadline < now
        ? step('provider', `The approval was good until ${formatInstant(deadline)}: withdraw it and submit again.`)
        : step('provider', 'Approved: read the provider contract and publish it from your wallet.')
    }
    case 'published':
      return published(draft)
    default:
      return draft.state satisfies never
  }
}

function published({ chain, version }: Pick<Draft, 'version' | 'chain'>): NextStep {
  switch (chain?.state) {
    case 'stopped':
      return step('provider', 'You stopped it: nobody contracts it until you start it again.')
    case 'suspended':
      return step('operator', 'The operator suspended it: answer the reason; the operator reinstates it.')
    case 'removed':
      return step('nobody', 'It was removed for ever. Agreements under it go on.')
    default:
      return step('provider', `Version ${version} is published. Advertise it, manage it, or begin an update.`)
  }
}
