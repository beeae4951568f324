import type { Hex } from '@opem/domain'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { requestComposition } from '../../actions/innovation-actions.ts'
import { Sending } from '../../actions/Sending.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { choicesQuery, writeComposition } from '../../api/compositions.ts'
import { useSettings } from '../../app/settings.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { messageOf, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { NeedWallet } from '../innovation/NeedWallet.tsx'

/** A chain, service by service: only what fits is suggested, and what is not contracted yet leads there. */
export function ComposeSection() {
  const { addresses } = useSettings()
  const navigate = useNavigate()
  const [chain, setChain] = useState<readonly Hex[]>([])
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [problem, setProblem] = useState<string>()
  const choices = useQuery({ ...choicesQuery(chain), placeholderData: keepPreviousData })
  const { stage, run, busy } = useMarketAction(requestComposition)
  const { data } = choices
  const chained = chain.map(
    (listing) =>
      data?.chain.find((one) => one.listing === listing) ?? data?.next.find((one) => one.listing === listing),
  )
  const missing = chained.filter((one) => one !== undefined && one.agreement === null)
  const fresh = data !== undefined && !choices.isPlaceholderData
  const needed = firstMissing(
    [missing.length > 0, 'Contract every service of the chain first.'],
    [fresh && !data.verdict.ok, 'These services do not fit one behind the other: take the last one away.'],
    [title.trim() === '', 'Name the composition first.'],
    [description.trim() === '', 'Say what it is for first: the providers read it.'],
  )
  const send = async () => {
    setProblem(undefined)
    try {
      const written = await writeComposition({ title: title.trim(), description: description.trim(), chain })
      const { id, content, listings, party: user } = written
      const contract = addresses.CompositionRegistry
      if (await run({ contract, id, user, listings, content, title: title.trim() })) navigate(`/compositions/${id}`)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <section className="panel stack" aria-labelledby="compose">
      <h2 id="compose">Chain services</h2>
      {chain.length === 0 ? null : (
        <ol className="chain" aria-label="The chain">
          {chained.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
            <li key={at} className="item">
              <strong>{one?.title ?? '…'}</strong>
              <span className="small soft">{one?.provider}</span>
              {one !== undefined && one.agreement === null ? (
                <Link to={`/agreements/new?listing=${one.listing}`}>contract it first</Link>
              ) : null}
            </li>
          ))}
        </ol>
      )}
      {choices.error ? (
        <ReadProblem error={choices.error} retry={() => choices.refetch()} />
      ) : data === undefined ? (
        <Waiting what="services" />
      ) : (
        <div className="stack">
          <h3>{chain.length === 0 ? 'Begin with' : 'Then'}</h3>
          {fresh && data.next.length === 0 ? <p className="soft">Nothing fits behind it.</p> : null}
          <ul className="row" aria-label="What fits">
            {(fresh ? data.next : []).map((one) => (
              <li key={one.listing}>
                <Button onPress={() => setChain([...chain, one.listing])}>{one.title}</Button>
              </li>
            ))}
          </ul>
          {chain.length === 0 ? null : (
            <p>
              <Button look="plain" onPress={() => setChain(chain.slice(0, -1))}>
                Take the last one away
              </Button>
            </p>
          )}
        </div>
      )}
      {chain.length < 2 ? null : (
        <>
          <TextInput label="Name of the composition" value={title} onChange={setTitle} />
          <TextBox
            label="What it is for"
            rows={2}
            hint="The providers read it."
            value={description}
            onChange={setDescription}
          />
          {missing.length === 0 ? null : (
            <p role="status">Contract every service of the chain before you ask their providers.</p>
          )}
          <NeedWallet>
            <Button look="main" missing={needed} isDisabled={!fresh || busy} onPress={() => void send()}>
              {requestComposition.title}
            </Button>
          </NeedWallet>
          <Sending problem={problem} stage={stage} />
        </>
      )}
    </section>
  )
}
