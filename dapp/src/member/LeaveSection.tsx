import { useState } from 'react'
import { useConnection } from 'wagmi'
import { leaveCommunity } from '../actions/community-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import type { Community, Member } from '../api/communities.ts'
import { useNow } from '../app/now.ts'
import type { ChainState } from '../chain/queries.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'

/** The way out, for the member's own account only: nobody's signature is needed but the member's. */
export function LeaveSection({
  community,
  member,
  chain,
}: {
  community: Community
  member: Member
  chain: ChainState | undefined
}) {
  const { address } = useConnection()
  const { stage, run, busy } = useAction(leaveCommunity)
  const [text, setText] = useState<string>()
  const soon = (Math.floor(useNow() / community.periodSeconds) + 2) * community.periodSeconds
  if (address?.toLowerCase() !== member.account || chain === undefined) return null
  const { timeZone } = community
  const shown = text ?? wallText(chain.historic ? chain.nextPeriod : soon, timeZone)
  const when = whenOf(shown, timeZone, community.periodSeconds)
  const input =
    'epoch' in when ? { community: community.id, timeZone, member: member.id, until: when.epoch } : undefined
  return (
    <section className="panel" aria-labelledby="leave">
      <h2 id="leave">Leave the community</h2>
      <WhenInput
        label="Last period ends at"
        text={shown}
        onChange={setText}
        timeZone={timeZone}
        problem={'problem' in when ? when.problem : undefined}
      />
      {input === undefined ? null : <Facts of={leaveCommunity.describe(input)} />}
      <p>
        <Button
          missing={'problem' in when ? when.problem : undefined}
          isDisabled={busy}
          onPress={() => input !== undefined && run(input)}
        >
          Sign and leave
        </Button>
      </p>
      <Journey stage={stage} />
    </section>
  )
}
