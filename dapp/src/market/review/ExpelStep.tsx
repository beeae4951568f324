import { accessManagerAbi, listingRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Abi, Address } from 'viem'
import { encodeFunctionData, sha256, toBytes, toFunctionSelector } from 'viem'
import { useConnection } from 'wagmi'
import type { BusinessAction } from '../../actions/action.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { keepReason } from '../../api/services.ts'
import { useNow } from '../../app/now.ts'
import { useChain, useSettings } from '../../app/settings.ts'
import { dateClock } from '../../format/time.ts'
import { powerQuery } from '../../governance/operations.ts'
import { WhoGoverns } from '../../governance/WhoGoverns.tsx'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { messageOf, Notice, ReadProblem } from '../../parts/Notice.tsx'
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

const EXPEL = toFunctionSelector('expel(bytes32,bytes32)')

/** Of a governor without a timelock. */
const expelAtOnce: BusinessAction<Decision> = {
  title: 'Expel it at once',
  describe: ({ title }) => [['Listing', title]],
  prepare: (it) => ({
    address: it.registry,
    abi: listingRegistryAbi as unknown as Abi,
    functionName: 'expel',
    args: [it.listing, it.reason],
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

/** What the governor does against a provider's will; for anybody else, who governs. */
export function ExpelStep({ target }: { target: Target }) {
  const [settings, chain] = [useSettings(), useChain()]
  const { address } = useConnection()
  const power = useQuery(powerQuery(chain, settings, { wallet: address, target: target.registry, selector: EXPEL }))
  const { immediate = false, delay = 0 } = power.data ?? {}
  if (power.error) return <ReadProblem error={power.error} retry={() => power.refetch()} />
  if (address === undefined || (power.data !== undefined && !immediate && delay === 0))
    return <WhoGoverns what="to expel a listing" />
  if (power.data === undefined) return null
  return <Steps target={target} wallet={address} immediate={immediate} />
}

/** Announce, wait for the notice, carry out; where there is no notice, one step. */
function Steps({ target, wallet, immediate }: { target: Target; wallet: Address; immediate: boolean }) {
  const { addresses } = useSettings()
  const chain = useChain()
  const now = useNow()
  const [words, setWords] = useState('')
  const [problem, setProblem] = useState<string>()
  const schedule = useMarketAction(scheduleExpulsion)
  const execute = useMarketAction(executeExpulsion)
  const expel = useMarketAction(expelAtOnce)
  const said = words.trim()
  const known = useQuery({
    queryKey: ['expulsion', target.listing, said, wallet],
    enabled: said !== '',
    queryFn: async () => {
      // As the API does when it keeps the words, which happens when the decision is announced.
      const reason = sha256(toBytes(said))
      const decision = { ...target, manager: addresses.AccessManager, reason }
      const of = { address: addresses.AccessManager, abi: accessManagerAbi } as const
      const id = await chain.readContract({
        ...{ ...of, functionName: 'hashOperation', args: [wallet, target.registry, data(decision)] },
      } as const)
      const at = await chain.readContract({ ...of, functionName: 'getSchedule', args: [id as Hex] } as const)
      return { decision, at: Number(at) }
    },
  })
  const decision = known.data?.decision
  const at = known.data?.at ?? 0
  const needed = firstMissing([said === '', 'Give the reason first: its provider and its users read it.'])
  const step = (run: (input: Decision) => Promise<unknown>) => async () => {
    setProblem(undefined)
    try {
      if (decision === undefined) return
      await keepReason(target.listing, said)
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
      {immediate ? (
        <>
          <Button missing={needed} isDisabled={expel.busy || known.isLoading} onPress={step(expel.run)}>
            {expelAtOnce.title}
          </Button>
          <Journey stage={expel.stage} />
        </>
      ) : (
        <ol className="steps">
          <li className={at > 0 ? 'right' : ''}>
            <span className="mark">1</span>
            <div className="body">
              <Button
                missing={needed ?? firstMissing([at > 0, 'It is announced already.'])}
                isDisabled={schedule.busy || known.isLoading}
                onPress={step(schedule.run)}
              >
                {scheduleExpulsion.title}
              </Button>
              <Journey stage={schedule.stage} />
            </div>
          </li>
          <li className={at > 0 && at <= now ? 'right' : ''}>
            <span className="mark">2</span>
            <p className="body">
              {at === 0
                ? 'Then the notice runs; its provider and its users are told.'
                : at <= now
                  ? `The notice was over ${dateClock(at, 'UTC')}.`
                  : `The notice runs until ${dateClock(at, 'UTC')}.`}
            </p>
          </li>
          <li>
            <span className="mark">3</span>
            <div className="body">
              <Button
                missing={
                  needed ?? firstMissing([at === 0, 'Announce it first.'], [at > now, 'The notice is not over yet.'])
                }
                isDisabled={execute.busy || known.isLoading}
                onPress={step(execute.run)}
              >
                {executeExpulsion.title}
              </Button>
              <Journey stage={execute.stage} />
            </div>
          </li>
        </ol>
      )}
      {problem === undefined ? null : (
        <Notice tone="wrong" title="Not sent">
          <p>{problem}</p>
        </Notice>
      )}
    </div>
  )
}
