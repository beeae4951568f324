import { useState } from 'react'
import { startSettlement, stopSettlement } from '../actions/community-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import type { Community } from '../api/communities.ts'
import { useNow } from '../app/now.ts'
import type { ChainState } from '../chain/queries.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'

/** Start and stop of settlement. */
export function RunSection({ community, chain }: { community: Community; chain: ChainState }) {
  const { timeZone, periodSeconds, id } = community
  const begin = useAction(startSettlement)
  const end = useAction(stopSettlement)
  const now = useNow()
  const running = chain.stopsAt === undefined
  const soon = Math.max(chain.nextPeriod, chain.historic ? 0 : (Math.floor(now / periodSeconds) + 1) * periodSeconds)
  const [text, setText] = useState<string>()
  const shown = text ?? wallText(soon, timeZone)
  const when = whenOf(shown, timeZone, periodSeconds)
  return (
    <section className="panel" aria-labelledby="run">
      <h2 id="run">Settlement</h2>
      <Facts
        of={[
          [
            'Now',
            running
              ? 'runs'
              : chain.stopsAt! <= chain.nextPeriod
                ? 'is stopped'
                : `stops at ${dateClock(chain.stopsAt!, timeZone)}`,
          ],
          ['Next period to settle', dateClock(chain.nextPeriod, timeZone)],
        ]}
      />
      {running ? (
        <div className="row end">
          <WhenInput
            label="Stop at"
            text={shown}
            onChange={setText}
            timeZone={timeZone}
            problem={'problem' in when ? when.problem : undefined}
          />
          <Button
            missing={'problem' in when ? when.problem : undefined}
            isDisabled={end.busy}
            onPress={() => 'epoch' in when && end.run({ community: id, timeZone, at: when.epoch })}
          >
            Sign and stop
          </Button>
        </div>
      ) : (
        <p>
          <Button look="main" isDisabled={begin.busy} onPress={() => begin.run({ community: id, timeZone })}>
            Sign and start
          </Button>
        </p>
      )}
      <Journey stage={begin.stage} />
      <Journey stage={end.stage} />
    </section>
  )
}
