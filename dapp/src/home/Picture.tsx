import type { BalanceRow } from '../charts/balance.ts'
import { DayGlyph } from '../charts/DayGlyph.tsx'

/** A sunny day of seven homes, Wh given and needed in each hour: the picture language of every page. */
const given = [0, 0, 0, 0, 0, 0, 0, 300, 1800, 4200, 6400, 8100, 9000, 8800, 7600, 5700, 3300, 1300, 200, 0, 0, 0, 0, 0]
const needed = [
  1900, 1700, 1600, 1600, 1700, 2100, 3300, 4600, 4300, 3600, 3400, 3900, 4700, 4500, 3700, 3500, 4100, 5600, 7200,
  7900, 7000, 5300, 3600, 2500,
]
const rows: BalanceRow[] = given.map((up, hour) => {
  const shared = Math.min(up, needed[hour]!)
  return {
    start: hour,
    sharedUp: BigInt(shared),
    restUp: BigInt(up - shared),
    sharedDown: BigInt(shared),
    restDown: BigInt(needed[hour]! - shared),
  }
})

/** How to read the pictures here. */
export const Picture = () => (
  <figure className="picture">
    <DayGlyph rows={rows} />
    <figcaption>
      <ul className="legend">
        <li className="surplus">above the line: what homes give</li>
        <li className="demand">below it: what homes need</li>
        <li className="shared">green: shared, as much above as below</li>
      </ul>
    </figcaption>
  </figure>
)
