import { formatTradingBatch } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Community, Member } from '../api/communities.ts'
import { proofsQuery } from '../api/proofs.ts'
import { tradingQuery } from '../api/trading.ts'
import type { Day } from '../app/day.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { clock, dateClock } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { download } from '../parts/download.ts'
import { messageOf, Notice, ReadProblem } from '../parts/Notice.tsx'
import { useSight } from '../session/sight.ts'
import { StepList } from './StepList.tsx'
import type { Field } from './verify.ts'
import { holds } from './verify.ts'
import type { Tampering } from './verify-day.ts'
import { verifyDay } from './verify-day.ts'

const fields: readonly { id: Field; name: string }[] = [
  { id: 'energyImport', name: 'From the grid connection' },
  { id: 'energyExport', name: 'Into the grid connection' },
  { id: 'bought', name: 'Bought from neighbours' },
  { id: 'sold', name: 'Sold to neighbours' },
]

/** “Verify against chain”: every step is computed in this browser and compared with the contract. */
export function ProofSection({ community, member, day }: { community: Community; member: Member; day: Day }) {
  const client = useChain()
  const settings = useSettings()
  const range = { from: day.start, to: day.end }
  const seesAll = useSight(community).of === 'all'
  // Who sees everybody's balances divides each period again; a member follows the own balance by the hashes beside it.
  const trading = useQuery(tradingQuery(community.id, range, seesAll ? undefined : member.id))
  const proofs = useQuery({ ...proofsQuery(community.id, range, member.id), enabled: !seesAll })
  const evidence = trading.data ?? []
  const starts = evidence
    .flatMap((batch) =>
      batch.books.filter((book) => book.balances.some((one) => one.member === member.id)).map((book) => book.start),
    )
    .filter((start) => start >= day.start && start < day.end)
    .sort((a, b) => a - b)
  const [chosen, setChosen] = useState('all')
  const [field, setField] = useState<Field>('bought')
  const [done, setDone] = useState(0)
  const wanted = chosen === 'all' ? starts : starts.filter((start) => String(start) === chosen)
  // Without the hashes beside it an own balance proves nothing, and a proof begun too early would say that it is wrong.
  const waiting = !seesAll && proofs.data === undefined
  const proof = useMutation({
    mutationFn: (tampering?: Tampering) => {
      setDone(0)
      return verifyDay({
        client,
        settings,
        community,
        evidence,
        member: member.id,
        proofs: seesAll ? undefined : (proofs.data ?? new Map()),
        starts: wanted,
        tampering,
        progress: setDone,
      })
    },
  })
  const failed = proof.data?.filter((one) => !holds(one.steps)) ?? []
  const first = wanted[0]
  return (
    <section className="panel" aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      <p className="soft">
        Your browser recomputes the fingerprint of each balance, follows it to the batch’s root, reads what the contract
        holds, and asks the contract. The marketplace’s word is not needed.
      </p>
      {trading.error ? (
        <ReadProblem error={trading.error} retry={() => trading.refetch()} />
      ) : proofs.error ? (
        <ReadProblem error={proofs.error} retry={() => proofs.refetch()} />
      ) : starts.length === 0 ? (
        <p className="soft">There is nothing to prove on this day.</p>
      ) : (
        <>
          <div className="row end">
            <Choice
              label="Period"
              value={chosen}
              onChange={(next) => {
                setChosen(next)
                proof.reset()
              }}
              options={[
                { id: 'all', name: `All ${starts.length} of the day` },
                ...starts.map((start) => ({ id: String(start), name: clock(start, community.timeZone) })),
              ]}
            />
            <Button look="main" isDisabled={proof.isPending || waiting} onPress={() => proof.mutate(undefined)}>
              Verify against chain
            </Button>
            <Button
              onPress={() =>
                download(
                  `evidence-${day.date}.ndjson`,
                  'application/x-ndjson',
                  evidence.map((batch) => `${JSON.stringify(formatTradingBatch(batch))}\n`).join(''),
                )
              }
            >
              Download evidence
            </Button>
          </div>
          <div aria-live="polite" className="stack">
            {proof.isPending ? (
              <p className="soft">
                Checked {done} of {wanted.length} …
              </p>
            ) : null}
            {proof.data === undefined ? null : failed.length === 0 ? (
              <p className="verdict right">
                Verified: {plural(proof.data.length, 'balance')} exactly as the chain holds{' '}
                {proof.data.length === 1 ? 'it' : 'them'}.
              </p>
            ) : (
              <p className="verdict failed">
                Not verified: {plural(failed.length, 'balance')} of {proof.data.length}, the first at{' '}
                {dateClock(failed[0]!.start, community.timeZone)} at “
                {failed[0]!.steps.find((step) => !step.right)?.title}”.
              </p>
            )}
          </div>
          {proof.error === null ? null : (
            <Notice tone="wrong" title="The check could not be finished">
              <p>{messageOf(proof.error)}</p>
            </Notice>
          )}
          <div className="tight">
            {proof.data?.map((one, i) => (
              <details key={one.start} open={!holds(one.steps) || (i === 0 && failed.length === 0)}>
                <summary>
                  {dateClock(one.start, community.timeZone)}
                  <span className={`badge ${holds(one.steps) ? 'good' : 'wrong'}`}>
                    {holds(one.steps) ? 'verified' : 'not verified'}
                  </span>
                </summary>
                <StepList steps={one.steps} />
              </details>
            ))}
          </div>
          <details>
            <summary>See it fail: change a value by one watt-hour</summary>
            <div className="row end">
              <Choice label="Value to change" options={fields} value={field} onChange={setField} />
              <Button
                missing={first === undefined ? 'Choose a period first.' : undefined}
                isDisabled={proof.isPending}
                onPress={() => proof.mutate({ start: first!, field })}
              >
                Verify with 1 Wh more
              </Button>
            </div>
          </details>
        </>
      )}
    </section>
  )
}
