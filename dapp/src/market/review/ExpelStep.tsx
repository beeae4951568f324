import { accessManagerAbi, listingRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Abi, Address } from 'viem'
import { encodeFunctionData, sha256, toBytes } from 'viem'
import { useConnection, usePublicClient } from 'wagmi'
import type { BusinessAction } from '../../actions/action.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { keepReason } from '../../api/services.ts'
import { useNow } from '../../app/now.ts'
import { useSettings } from '../../app/settings.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { messageOf, Notice } from '../../parts/Notice.tsx'
import { TextInput } from '../../parts/TextInput.tsx'

type Target = { registry: Address; listing: Hex; title: string }
type Decision = Target & { manager: Address; reason: Hex }

const data = ({ listing, reason }: Decision) =>
  encodeFunctionData({ abi: listingRegistryAbi, functionName: 'expel', args: [listing, reason] })

/** Announces that a listing is to be expelled; carried out when the timelock's notice is over. */
const scheduleExpulsion: BusinessAction<Decision> = {
  title: 'Announce the expulsion',
  describe: ({ title }) => [['Listing', title]],
  prepare: (it) => ({
    address: it.manager,
    abi: accessManagerAbi as unknown as Abi,
    functionName: 'schedule',
    args: [it.registry, data(it), 0],
  }),
}

const executeExpulsion: BusinessAction<Decision> = {
  title: 'Expel it now',
  describe: ({ title }) => [['Listing', title]],
  prepare: (it) => ({
    address: it.manager,
    abi: accessManagerAbi as unknown as Abi,
    functionName: 'execute',
    args: [it.registry, data(it)],
  }),
}

/** Announce, wait for the notice, carry out: the three steps of what the governor does against a provider's will. */
export function ExpelStep({ target }: { target: Target }) {
  const { addresses } = useSettings()
  const { address } = useConnection()
  const client = usePublicClient()
  const now = useNow()
  const [words, setWords] = useState('')
  const [problem, setProblem] = useState<string>()
  const schedule = useMarketAction(scheduleExpulsion)
  const execute = useMarketAction(executeExpulsion)
  const known = useQuery({
    queryKey: ['expulsion', target.listing, words.trim(), address ?? ''],
    enabled: address !== undefined && client !== undefined && words.trim() !== '',
    queryFn: async () => {
      // As the API does when it keeps the words, which happens when the decision is announced.
      const reason = sha256(toBytes(words.trim()))
      const decision = { ...target, manager: addresses.AccessManager, reason }
      const of = { address: addresses.AccessManager, abi: accessManagerAbi } as const
      const id = await client!.readContract({
        ...{ ...of, functionName: 'hashOperation', args: [address!, target.registry, data(decision)] },
      } as const)
      const at = await client!.readContract({ ...of, functionName: 'getSchedule', args: [id as Hex] } as const)
      return { decision, at: Number(at) }
    },
  })
  const decision = known.data?.decision
  const at = known.data?.at ?? 0
  const step = (run: (input: Decision) => Promise<unknown>) => async () => {
    setProblem(undefined)
    try {
      if (decision === undefined) return
      await keepReason(target.listing, words.trim())
      await run(decision)
      await known.refetch()
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <div className="stack">
      <p>
        Removed for ever against its provider’s will. Agreements under it go on. The same words name the same decision.
      </p>
      <TextInput label="Reason to expel" value={words} onChange={setWords} />
      {address === undefined ? <p className="soft">Connect the governor’s wallet at the top of the page.</p> : null}
      <ol className="steps">
        <li className={at > 0 ? 'right' : ''}>
          <span className="mark">1</span>
          <div className="body">
            <Button isDisabled={decision === undefined || at > 0 || schedule.busy} onPress={step(schedule.run)}>
              {scheduleExpulsion.title}
            </Button>
            <Journey stage={schedule.stage} />
          </div>
        </li>
        <li className={at > 0 && at <= now ? 'right' : ''}>
          <span className="mark">2</span>
          <p className="body">
            {at === 0
              ? 'Then the notice runs.'
              : at <= now
                ? `The notice was over ${dateClock(at, 'UTC')}.`
                : `The notice runs until ${dateClock(at, 'UTC')}.`}
          </p>
        </li>
        <li>
          <span className="mark">3</span>
          <div className="body">
            <Button isDisabled={at === 0 || at > now || execute.busy} onPress={step(execute.run)}>
              {executeExpulsion.title}
            </Button>
            <Journey stage={execute.stage} />
          </div>
        </li>
      </ol>
      {problem === undefined ? null : (
        <Notice tone="wrong" title="Not sent">
          <p>{problem}</p>
        </Notice>
      )}
    </div>
  )
}
