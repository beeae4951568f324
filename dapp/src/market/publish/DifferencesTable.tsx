import type { Difference } from '../../api/services.ts'
import { fieldName } from '../words.ts'

const shown = (value: unknown): string =>
  value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value)

/** What changes from the published version, field by field. */
export function DifferencesTable({ of }: { of: readonly Difference[] }) {
  if (of.length === 0) return null
  return (
    <div className="table-wrap">
      <table>
        <caption>What changes from the published version</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ path, before, after }) => (
            <tr key={path}>
              <th scope="row">{fieldName(path)}</th>
              <td className="wrap">{shown(before)}</td>
              <td className="wrap">{shown(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
