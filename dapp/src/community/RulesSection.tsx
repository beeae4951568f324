import { parseInstant, rulesInForce } from '@opem/domain'
import type { Community } from '../api/communities.ts'
import { allocationInWords, tariffLines } from '../format/rules.ts'
import { dateClock } from '../format/time.ts'
import { Facts } from '../parts/Facts.tsx'

const fromOf = (text: string): number => {
  const parsed = parseInstant(text)
  return parsed.ok ? parsed.value : 0
}

/** The rules and prices in force on the day shown, and those committed for later. */
export function RulesSection({ community, at }: { community: Community; at: number }) {
  const sorted = [...community.rules].sort((a, b) => fromOf(a.from) - fromOf(b.from))
  const first = sorted[0]
  if (first === undefined) return null
  const time = Math.max(at, fromOf(first.from))
  const rules = rulesInForce(sorted, time)
  const later = sorted.filter((one) => fromOf(one.from) > time)
  return (
    <section className="panel" aria-labelledby="rules">
      <h2 id="rules">Rules in force</h2>
      <p className="soft">
        Version {rules.version}, since {dateClock(fromOf(rules.from), community.timeZone)}
      </p>
      <Facts of={[['Shared energy is divided', allocationInWords(rules)], ...tariffLines(rules)]} />
      {later.map((next) => (
        <details key={next.version}>
          <summary>
            Version {next.version} from {dateClock(fromOf(next.from), community.timeZone)}
          </summary>
          <Facts of={[['Shared energy is divided', allocationInWords(next)], ...tariffLines(next)]} />
        </details>
      ))}
    </section>
  )
}
