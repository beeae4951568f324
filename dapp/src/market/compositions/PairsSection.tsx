import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type PairRule, pairsQuery, putPair } from '../../api/compositions.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { Choice } from '../../parts/Choice.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

const NAME = /^(0x[0-9a-f]{64}|[A-Za-z][A-Za-z0-9.-]{1,39})$/

/** The operator's word about two neighbours, beside what their providers say. */
export function PairsSection() {
  const queries = useQueryClient()
  const pairs = useQuery(pairsQuery)
  const [before, setBefore] = useState('')
  const [after, setAfter] = useState('')
  const [reason, setReason] = useState('')
  const [rule, setRule] = useState<'allow' | 'forbid'>('forbid')
  const put = useMutation({
    mutationFn: (it: { before: string; after: string; rule: PairRule; reason: string }) => putPair(it),
    onSuccess: () => queries.invalidateQueries({ queryKey: pairsQuery.queryKey }),
  })
  return (
    <section className="panel stack" aria-labelledby="pairs">
      <h2 id="pairs">What may follow what</h2>
      <p className="soft small">
        Ids of listings, or categories such as E6.2. Providers’ own words count where none is here.
      </p>
      {pairs.error ? (
        <ReadProblem error={pairs.error} retry={() => pairs.refetch()} />
      ) : pairs.data === undefined ? (
        <Waiting what="the pairs" />
      ) : (
        <ul className="people" aria-label="Pairs">
          {pairs.data.items.map((one) => (
            <li key={`${one.before} ${one.after}`} className="item stack">
              <span className="mono">
                {one.before} → {one.after}
              </span>
              <span>
                <span className="badge">{one.rule === 'allow' ? 'allowed' : 'forbidden'}</span> {one.reason}
              </span>
              <Button
                look="plain"
                isDisabled={put.isPending}
                onPress={() => put.mutate({ before: one.before, after: one.after, rule: 'none', reason: 'taken back' })}
              >
                Take it back
              </Button>
            </li>
          ))}
        </ul>
      )}
      <TextInput label="Before" value={before} onChange={setBefore} />
      <TextInput label="After" value={after} onChange={setAfter} />
      <Choice
        label="Rule"
        value={rule}
        options={[
          { id: 'forbid', name: 'may not follow' },
          { id: 'allow', name: 'may follow' },
        ]}
        onChange={setRule}
      />
      <TextInput label="Reason" value={reason} onChange={setReason} />
      <p>
        <Button
          look="main"
          missing={firstMissing(
            [
              !NAME.test(before.trim()) || !NAME.test(after.trim()),
              'Give what comes before and after first: ids of listings, or categories such as E6.2.',
            ],
            [reason.trim() === '', 'Give the reason first.'],
          )}
          isDisabled={put.isPending}
          onPress={() => put.mutate({ before: before.trim(), after: after.trim(), rule, reason: reason.trim() })}
        >
          Put it in force
        </Button>
      </p>
      {put.error === null ? null : <Refusal error={put.error} title="Not changed" />}
    </section>
  )
}
