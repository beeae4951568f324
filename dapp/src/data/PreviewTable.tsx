import type { z } from 'zod'
import type { Preview } from '../api/data.ts'

/** The first rows of a query, and how many there are. */
export function PreviewTable({ of: { rows, columns, count, suppressedHours } }: { of: z.infer<typeof Preview> }) {
  return (
    <>
      <p role="status">
        {count === 1 ? '1 row' : `${count} rows`}
        {rows.length < count ? `; the first ${rows.length}` : ''}.
        {suppressedHours === 0 ? '' : ` ${suppressedHours} hours are left out: too few people are behind them.`}
      </p>
      {rows.length === 0 ? null : (
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const cells = columns.map((name) => String(row[name]))
                return (
                  <tr key={cells.join()}>
                    {cells.map((cell, i) => (
                      <td key={columns[i]}>{cell}</td>
                    ))}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
