import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useConnection } from 'wagmi'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { changeFee, SET_FEE, scheduleFee } from './actions.ts'
import { powerQuery, termsQuery } from './operations.ts'
import { WhoGoverns } from './WhoGoverns.tsx'

const MOST = 20
const FORM = `A fee is 0 to ${MOST} %, with two decimals at most.`
const days = (seconds: number) => (seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${seconds} s`)

/** The fee and the time-outs of payments as the contracts have them, and the way to another fee. */
export function FeeSection() {
  const [settings, chain] = [useSettings(), useChain()]
  const terms = useQuery(termsQuery(chain, settings))
  return (
    <section className="panel" aria-labelledby="fee">
      <h2 id="fee">Fee and time-outs</h2>
      {terms.error ? (
        <ReadProblem error={terms.error} retry={() => terms.refetch()} />
      ) : terms.data === undefined ? (
        <Waiting what="the contracts" />
      ) : (
        <Facts
          of={[
            ['Fee of new agreements', `${terms.data.feeBps / 100} %`],
            ['A payment is released by itself after', days(terms.data.acceptance)],
            ['A dispute goes back undecided after', days(terms.data.decision)],
            ['A reserve is given back after', days(terms.data.closing)],
          ]}
        />
      )}
      <FeeForm />
    </section>
  )
}

function FeeForm() {
  const [settings, chain] = [useSettings(), useChain()]
  const { address } = useConnection()
  const [wanted, setWanted] = useState('')
  const change = useAction(changeFee)
  const announce = useAction(scheduleFee)
  const agreements = settings.addresses.AgreementRegistry
  const power = useQuery(powerQuery(chain, settings, { wallet: address, target: agreements, selector: SET_FEE }))
  const percent = Number(wanted.replace(',', '.'))
  const usable = /^\d{1,2}([.,]\d{1,2})?$/.test(wanted) && percent <= MOST
  const feeBps = Math.round(percent * 100)
  const { immediate = false, delay = 0 } = power.data ?? {}
  if (power.error) return <ReadProblem error={power.error} retry={() => power.refetch()} />
  if (address === undefined || (power.data !== undefined && !immediate && delay === 0))
    return <WhoGoverns what="to change the fee" />
  const missing = usable ? undefined : FORM
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (!usable || power.data === undefined) return
        if (immediate) change.run({ agreements, feeBps })
        else announce.run({ manager: settings.addresses.AccessManager, agreements, feeBps, delay })
      }}
    >
      <TextInput
        label="Another fee"
        suffix="%"
        value={wanted}
        onChange={setWanted}
        inputMode="decimal"
        problem={wanted === '' ? undefined : missing}
      />
      <Button type="submit" missing={missing} isDisabled={change.busy || announce.busy || power.data === undefined}>
        {immediate ? 'Change the fee' : 'Announce the change'}
      </Button>
      <p className="small soft">
        {immediate
          ? 'Here the governor has no timelock: the change takes effect at once.'
          : `The change can be carried out ${delay} s after it is announced.`}
      </p>
      <Journey stage={immediate ? change.stage : announce.stage} />
    </form>
  )
}
