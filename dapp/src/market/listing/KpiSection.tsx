import type { Kpi } from '../../api/listings.ts'
import { kpiText, sparkline } from './kpi-text.ts'

/** What was measured about a listing: the last value, and how it went. */
export function KpiSection({ kpis }: { kpis: readonly Kpi[] }) {
  if (kpis.length === 0) return null
  return (
    <section className="panel" aria-labelledby="kpis">
      <h2 id="kpis">In figures</h2>
      <ul className="kpis">
        {kpis.map((it) => (
          <li key={it.kpi} className="figure">
            <span className="figure-label">{it.label}</span>
            <span className="figure-value">{kpiText(it)}</span>
            <svg className="sparkline" viewBox="0 0 100 30" preserveAspectRatio="none" role="img">
              <title>
                {it.days.length === 1
                  ? `Measured on ${it.days[0]!.day}`
                  : `From ${kpiText({ unit: it.unit, value: it.days[0]!.value })} on ${it.days[0]!.day} to ${kpiText(it)} on ${it.days.at(-1)!.day}`}
              </title>
              <polyline points={sparkline(it.days.map(({ value }) => value))} />
            </svg>
            <span className="figure-note">{it.meaning}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
