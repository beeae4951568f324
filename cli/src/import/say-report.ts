import type { ImportReport } from '@opem/adaptors'

const n = (count: number): string => count.toLocaleString('en')

/** The report for people: one line of counts, then what was noticed, then what was refused and what would help. */
export function sayReport(report: ImportReport, dryRun: boolean, out: NodeJS.WritableStream = process.stdout): void {
  const { file, rows, accepted, duplicates, rejected, changedPrices, findings, refused, meters } = report
  const stored = dryRun ? 'would be stored' : 'stored'
  out.write(
    `${file}: ${n(rows)} rows, ${n(accepted)} ${stored}, ${n(duplicates)} known already, ${n(rejected)} rejected\n`,
  )
  for (const { meter, readings, first, last, importWh, exportWh } of meters) {
    out.write(
      `  ${meter}: ${n(readings)} readings ${first} … ${last}, import ${n(importWh)} Wh, export ${n(exportWh)} Wh\n`,
    )
  }
  if (changedPrices > 0)
    out.write(
      `  WARNING ${n(changedPrices)} prices were known otherwise before: what the chain committed to stands, and an audit will tell\n`,
    )
  for (const { site, code, message, count, firstLine } of findings) {
    out.write(`  ${site} ${code} ×${n(count)}${firstLine ? ` from line ${firstLine}` : ''}: ${message}\n`)
  }
  for (const { site, code, reason } of refused) out.write(`  REFUSED ${site}: ${code}: ${reason}\n`)
  if (rejected > 0)
    out.write(
      `  WARNING ${n(rejected)} rejected rows are ${dryRun ? 'not kept in a dry run' : 'kept; read them again with: opem import --rejected'}\n`,
    )
}
