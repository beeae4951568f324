import { kwh } from '../format/energy.ts'

/** One period of a community or of a member, Wh: what was given (above the line) and needed (below it). */
export type BalanceRow = {
  start: number
  /** given to neighbours */
  sharedUp: bigint
  /** fed into the grid */
  restUp: bigint
  /** got from neighbours */
  sharedDown: bigint
  /** bought from the grid */
  restDown: bigint
}

export type Names = { sharedUp: string; restUp: string; sharedDown: string; restDown: string }
export type Colours = {
  shared: string
  surplus: string
  demand: string
  ink: string
  soft: string
  line: string
  surface: string
  font: string
}

/** A chart measures pixels, not energy: only here is a Wh a float. */
const drawn = (wh: bigint) => Number(wh) / 1000

/** The chart's picture as data: green is the same height above and below in a community, because sharing adds nothing. */
export function balanceOption(
  rows: readonly BalanceRow[],
  labels: readonly string[],
  names: Names,
  colours: Colours,
  calm: boolean,
) {
  const bar = (id: keyof Names, sign: 1 | -1, colour: string, outer: boolean) => ({
    id,
    name: names[id],
    type: 'bar' as const,
    stack: 'balance',
    barCategoryGap: rows.length > 60 ? '10%' : '22%',
    itemStyle: { color: colour, borderRadius: outer ? (sign > 0 ? [2, 2, 0, 0] : [0, 0, 2, 2]) : 0 },
    data: rows.map((row) => sign * drawn(row[id])),
  })
  return {
    animation: !calm,
    animationDuration: 350,
    textStyle: { fontFamily: colours.font, color: colours.ink },
    grid: {
      left: 8,
      right: 8,
      top: 28,
      bottom: 8,
      outerBoundsMode: 'same' as const,
      outerBoundsContain: 'axisLabel' as const,
    },
    xAxis: {
      type: 'category' as const,
      data: [...labels],
      axisTick: { show: false },
      axisLine: { onZero: true, lineStyle: { color: colours.soft, width: 1.5 } },
      axisLabel: { color: colours.soft, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: 'value' as const,
      name: 'kWh',
      nameTextStyle: { color: colours.soft, align: 'right' as const },
      splitNumber: 4,
      splitLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.soft, formatter: (value: number) => String(Math.abs(Number(value.toFixed(3)))) },
    },
    tooltip: {
      trigger: 'axis' as const,
      // Drawn on the canvas: an HTML tooltip needs inline styles.
      renderMode: 'richText' as const,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 13 },
      axisPointer: { type: 'shadow' as const },
      formatter: (params: unknown) => tooltip(rows, labels, names, params),
    },
    series: [
      bar('sharedUp', 1, colours.shared, false),
      bar('restUp', 1, colours.surplus, true),
      bar('sharedDown', -1, colours.shared, false),
      bar('restDown', -1, colours.demand, true),
    ],
  }
}

function tooltip(rows: readonly BalanceRow[], labels: readonly string[], names: Names, params: unknown): string {
  const index = Array.isArray(params) ? (params[0] as { dataIndex?: number } | undefined)?.dataIndex : undefined
  const row = index === undefined ? undefined : rows[index]
  if (row === undefined || index === undefined) return ''
  const ids =
    names.sharedUp === names.sharedDown
      ? (['restUp', 'sharedUp', 'restDown'] as const)
      : (['restUp', 'sharedUp', 'sharedDown', 'restDown'] as const)
  return [labels[index], ...ids.map((id) => `${names[id]}: ${kwh(row[id], 3)} kWh`)].join('\n')
}
