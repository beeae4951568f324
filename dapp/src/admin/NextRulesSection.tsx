import { rulesFrom } from '@opem/domain'
import { useMemo, useState } from 'react'
import { commitRules } from '../actions/commit-rules.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import type { Community } from '../api/communities.ts'
import { storeRules } from '../api/communities.ts'
import { useNow } from '../app/now.ts'
import type { ChainState } from '../chain/queries.ts'
import { allocationInWords } from '../format/rules.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'
import { RulesFields } from './RulesFields.tsx'
import { draftOf, emptyDraft, type RulesDraft, rulesOf } from './rules-draft.ts'

/** Versions so far, and the next one, committed ahead of its first period. */
export function NextRulesSection({ community, chain }: { community: Community; chain: ChainState }) {
  const { timeZone, periodSeconds } = community
  const action = useAction(commitRules)
  const now = useNow()
  const versions = [...community.rules].sort((a, b) => a.version - b.version)
  const last = versions.at(-1)
  // The next version begins as the last one is; after a commit, as the one just committed.
  const [changed, setDraft] = useState<{ after: number; draft: RulesDraft }>()
  const [text, setText] = useState<string>()
  const begun = useMemo(() => (last === undefined ? emptyDraft : draftOf(last)), [last])
  const draft = changed !== undefined && changed.after === (last?.version ?? 0) ? changed.draft : begun
  const soon = Math.max(
    (Math.floor(now / periodSeconds) + 2) * periodSeconds,
    chain.nextPeriod + periodSeconds,
    last === undefined ? 0 : rulesFrom(last) + periodSeconds,
  )
  const shown = text ?? wallText(soon, timeZone)
  const when = whenOf(shown, timeZone, periodSeconds)
  const drafted = 'epoch' in when ? rulesOf(draft, chain.rules + 1, when.epoch, timeZone) : undefined
  const problems = drafted !== undefined && 'problems' in drafted ? drafted.problems : {}
  const input =
    drafted !== undefined && 'rules' in drafted
      ? { community: community.id, timeZone, rules: drafted.rules, from: rulesFrom(drafted.rules) }
      : undefined
  return (
    <section className="panel" aria-labelledby="next-rules">
      <h2 id="next-rules">Rules</h2>
      <div className="table-wrap">
        <table>
          <thead>
            <tr>
              <th scope="col" className="n">
                Version
              </th>
              <th scope="col">In force from</th>
              <th scope="col">Divided</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((rules) => (
              <tr key={rules.version}>
                <th scope="row" className="n">
                  {rules.version}
                </th>
                <td>{dateClock(rulesFrom(rules), timeZone)}</td>
                <td className="wrap">{allocationInWords(rules)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>Commit the next version</summary>
        <div className="form">
          <WhenInput
            label="In force from"
            hint="Ahead of the present: nobody’s past is changed."
            text={shown}
            onChange={setText}
            timeZone={timeZone}
            problem={'problem' in when ? when.problem : undefined}
          />
          <RulesFields
            draft={draft}
            onChange={(next) => setDraft({ after: last?.version ?? 0, draft: next })}
            problems={problems}
            members={community.members}
          />
          {input === undefined ? null : <Facts of={commitRules.describe(input)} />}
          <p>
            <Button
              look="main"
              missing={input === undefined ? 'A value above cannot be used yet: its field says why.' : undefined}
              isDisabled={action.busy}
              onPress={() =>
                input !== undefined &&
                action.run(input, async () => {
                  await storeRules(community.id, input.rules)
                })
              }
            >
              Sign and commit
            </Button>
          </p>
        </div>
      </details>
      <Journey stage={action.stage} />
    </section>
  )
}
