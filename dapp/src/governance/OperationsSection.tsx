import { useQuery } from '@tanstack/react-query'
import { useConnection } from 'wagmi'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { useNow } from '../app/now.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { dateAndTime } from '../format/time.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { cancelOperation, executeOperation } from './actions.ts'
import { callInWords, type Operation, operationsQuery, readHand, stateOf, termsQuery } from './operations.ts'

const WORDS = {
  waiting: 'waits for its time',
  ready: 'can be carried out',
  expired: 'expired',
  executed: 'carried out',
  cancelled: 'cancelled',
} as const
const TONE = { waiting: '', ready: 'warn', expired: '', executed: 'good', cancelled: '' } as const

/** What was announced behind the timelock, as the chain says. */
export function OperationsSection() {
  const [settings, chain] = [useSettings(), useChain()]
  const operations = useQuery(operationsQuery(chain, settings))
  const terms = useQuery(termsQuery(chain, settings))
  const now = useNow()
  return (
    <section className="panel" aria-labelledby="operations">
      <h2 id="operations">Announced operations</h2>
      <p className="soft">
        Who governs announces changes on chain, and carries them out when the timelock is over: until then everybody can
        see them, and the governor can cancel.
      </p>
      {operations.error ? (
        <ReadProblem error={operations.error} retry={() => operations.refetch()} />
      ) : operations.data === undefined || terms.data === undefined ? (
        <Waiting what="announced operations" />
      ) : operations.data.length === 0 ? (
        <p className="soft">Nothing was announced.</p>
      ) : (
        <ul className="people">
          {operations.data.map((one) => (
            <One key={`${one.id} ${one.nonce}`} one={one} state={stateOf(one, now, terms.data.expiration)} />
          ))}
        </ul>
      )}
    </section>
  )
}

function One({ one, state }: { one: Operation; state: keyof typeof WORDS }) {
  const [settings, chain] = [useSettings(), useChain()]
  const manager = settings.addresses.AccessManager
  const { address } = useConnection()
  const open = state === 'waiting' || state === 'ready'
  const hand = useQuery({
    queryKey: ['chain', 'hand', address ?? 'none', one.caller],
    queryFn: () => readHand(chain, settings, address!, one),
    enabled: open && address !== undefined,
  })
  const { executes = false, cancels = false } = hand.data ?? {}
  const execute = useAction(executeOperation)
  const cancel = useAction(cancelOperation)
  const words = callInWords(one.data)
  const input = { manager, operation: one }
  return (
    <li aria-label={words}>
      <div className="row apart">
        <h3>
          <code>{words}</code>
        </h3>
        <span className={`badge ${TONE[state]}`}>{WORDS[state]}</span>
      </div>
      <Facts
        of={[
          ['Contract', <code key="target">{one.target}</code>],
          ['Due', dateAndTime(one.schedule)],
          ['Announced by', <code key="caller">{one.caller}</code>],
        ]}
      />
      {open ? (
        <div className="row">
          <Button
            missing={firstMissing(
              [!executes, `Only ${one.caller}, who announced it, carries it out: connect that wallet.`],
              [state === 'waiting', `It can be carried out from ${dateAndTime(one.schedule)} on.`],
            )}
            isDisabled={execute.busy || hand.isLoading}
            onPress={() => execute.run(input)}
          >
            Carry out
          </Button>
          <Button
            missing={cancels ? undefined : 'Only who announced it, or an administrator of the contracts, cancels it.'}
            isDisabled={cancel.busy || hand.isLoading}
            onPress={() => cancel.run(input)}
          >
            Cancel
          </Button>
        </div>
      ) : null}
      <Journey stage={execute.stage.at === 'idle' ? cancel.stage : execute.stage} />
    </li>
  )
}
