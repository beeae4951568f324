import { communityFactoryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { isTimeZone, rulesFrom } from '@opem/domain'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { parseEventLogs } from 'viem'
import { foundCommunity } from '../actions/found-community.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import type { Profile } from '../api/communities.ts'
import { storeProfile } from '../api/communities.ts'
import { useNow } from '../app/now.ts'
import { useSettings } from '../app/settings.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Facts } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'
import { RulesFields } from './RulesFields.tsx'
import { emptyDraft, rulesOf } from './rules-draft.ts'

const lengths = [
  { id: '3600', name: 'Every hour' },
  { id: '900', name: 'Every quarter of an hour' },
] as const
const batches = [
  { id: '1', name: 'After every period', hint: 'seen at once' },
  { id: 'day', name: 'Once a day', hint: 'cheapest on chain' },
] as const

/** Founds a community: its contract, its first rules, and the profile that the chain holds only a hash of. */
export function FoundSection() {
  const settings = useSettings()
  const navigate = useNavigate()
  const now = useNow()
  const { stage, run, busy } = useAction(foundCommunity)
  const [name, setName] = useState('')
  const [timeZone, setTimeZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [length, setLength] = useState<'900' | '3600'>('3600')
  const [batch, setBatch] = useState<'1' | 'day'>('1')
  const [startText, setStartText] = useState<string>()
  const [draft, setDraft] = useState(emptyDraft)
  const [asked, setAsked] = useState(false)
  const [unstored, setUnstored] = useState<{ profile: Profile; why: string }>()

  const seconds = Number(length) as 900 | 3600
  const zoneOk = isTimeZone(timeZone)
  const text = startText ?? (zoneOk ? wallText((Math.floor(now / seconds) + 1) * seconds, timeZone) : '')
  const start = zoneOk ? whenOf(text, timeZone, seconds) : { problem: 'Choose the time zone first.' }
  const drafted = 'epoch' in start ? rulesOf(draft, 1, start.epoch, timeZone) : undefined
  const problems = drafted !== undefined && 'problems' in drafted ? drafted.problems : {}
  const founding =
    name.trim() !== '' && drafted !== undefined && 'rules' in drafted
      ? {
          factory: settings.addresses.CommunityFactory,
          name: name.trim(),
          timeZone,
          periodSeconds: seconds,
          batchPeriods: batch === 'day' ? ('day' as const) : (1 as const),
          startsAt: rulesFrom(drafted.rules),
          rules: drafted.rules,
        }
      : undefined

  const store = async (profile: Profile) => {
    try {
      await storeProfile(profile)
      setUnstored(undefined)
    } catch (error) {
      setUnstored({ profile, why: messageOf(error) })
      throw error
    }
  }

  const found = async () => {
    setAsked(true)
    if (founding === undefined) return
    let id: Hex | undefined
    const receipt = await run(founding, async ({ logs }) => {
      const [created] = parseEventLogs({ abi: communityFactoryAbi, eventName: 'CommunityCreated', logs })
      if (created === undefined) throw new Error('The block holds the transaction, but no community came of it.')
      id = created.args.community.toLowerCase() as Hex
      const { periodSeconds, batchPeriods, rules } = founding
      await store({ id, name: founding.name, timeZone, periodSeconds, batchPeriods, rules: [rules] })
    })
    if (receipt !== undefined && id !== undefined) navigate(`/admin?community=${id}`)
  }

  return (
    <section className="panel" aria-labelledby="found">
      <h2 id="found">Found a community</h2>
      <p className="soft">The connected account becomes its administrator.</p>
      <div className="form">
        <div className="form-grid">
          <TextInput
            label="Name"
            value={name}
            onChange={setName}
            problem={asked && name.trim() === '' ? 'Give the community a name.' : undefined}
          />
          <TextInput
            label="Time zone"
            hint="Like Europe/Madrid"
            value={timeZone}
            onChange={setTimeZone}
            problem={zoneOk ? undefined : 'This is no time zone: write one like Europe/Madrid.'}
          />
          <Choice label="Energy is shared" options={lengths} value={length} onChange={setLength} />
          <Choice label="Written to the chain" options={batches} value={batch} onChange={setBatch} />
          <WhenInput
            label="First period starts"
            hint="A start in the past makes the community historic."
            text={text}
            onChange={setStartText}
            timeZone={zoneOk ? timeZone : 'the time zone above'}
            problem={'problem' in start ? start.problem : undefined}
          />
        </div>
        <RulesFields draft={draft} onChange={setDraft} problems={problems} members={[]} />
        {founding === undefined ? null : (
          <details>
            <summary>What you are about to sign</summary>
            <Facts of={foundCommunity.describe(founding)} />
            {founding.startsAt < now ? (
              <Notice tone="warn" title="A historic community">
                <p>
                  Its first period was at {dateClock(founding.startsAt, timeZone)}: the chain will say for ever that
                  these rules were committed after the fact.
                </p>
              </Notice>
            ) : null}
          </details>
        )}
        <p>
          <Button look="main" isDisabled={busy} onPress={found}>
            Sign and found
          </Button>
        </p>
        <Journey stage={stage} />
        {unstored === undefined ? null : (
          <Notice
            tone="warn"
            title="The community is founded, but its profile is not stored yet"
            action={
              <Button
                onPress={() =>
                  store(unstored.profile).then(
                    () => navigate(`/admin?community=${unstored.profile.id}`),
                    () => {},
                  )
                }
              >
                Store the profile again
              </Button>
            }
          >
            <p>{unstored.why}</p>
          </Notice>
        )}
      </div>
    </section>
  )
}
