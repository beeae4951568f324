import { useEffect, useRef } from 'react'
import { useTheme } from '../app/theme.ts'
import { kwh } from '../format/energy.ts'
import { clocks } from '../format/time.ts'
import type { BalanceRow, Colours, Names } from './balance.ts'
import { balanceOption } from './balance.ts'
import { init } from './echarts.ts'

type Props = {
  rows: readonly BalanceRow[]
  timeZone: string
  names: Names
  summary: string
  labels?: readonly string[]
  tableName: string
}

function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    shared: of('shared'),
    surplus: of('surplus'),
    demand: of('demand'),
    ink: of('ink'),
    soft: of('ink-soft'),
    line: of('line'),
    surface: of('surface'),
    font: of('text'),
  }
}

/** A day (or month) of energy above and below the line, with the same figures as a table. */
export default function BalanceChart({ rows, timeZone, names, summary, labels, tableName }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  const shown =
    labels ??
    clocks(
      rows.map((row) => row.start),
      timeZone,
    )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read from the page
  useEffect(() => {
    if (box.current === null) return
    const chart = init(box.current)
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    chart.setOption(balanceOption(rows, shown, names, coloursNow(), calm))
    const watch = new ResizeObserver(() => chart.resize())
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [rows, shown.join(), names, theme])
  const same = names.sharedUp === names.sharedDown
  return (
    <figure className="chart">
      <ul className="legend">
        <li className="surplus">{names.restUp}</li>
        <li className="shared">{same ? names.sharedUp : `${names.sharedUp}, ${names.sharedDown.toLowerCase()}`}</li>
        <li className="demand">{names.restDown}</li>
      </ul>
      <div ref={box} className="chart-box" role="img" aria-label={summary} />
      <details>
        <summary>{tableName} as a table</summary>
        <div className="table-wrap">
          <table>
            <caption>{tableName}, kWh</caption>
            <thead>
              <tr>
                <th scope="col">Starts</th>
                <th scope="col" className="n">
                  {names.restUp}
                </th>
                <th scope="col" className="n">
                  {names.sharedUp}
                </th>
                {same ? null : (
                  <th scope="col" className="n">
                    {names.sharedDown}
                  </th>
                )}
                <th scope="col" className="n">
                  {names.restDown}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <tr key={row.start}>
                  <th scope="row">{shown[i]}</th>
                  <td className="n">{kwh(row.restUp, 3)}</td>
                  <td className="n">{kwh(row.sharedUp, 3)}</td>
                  {same ? null : <td className="n">{kwh(row.sharedDown, 3)}</td>}
                  <td className="n">{kwh(row.restDown, 3)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}
