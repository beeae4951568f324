import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Contract, linkData, previewData, type Query } from '../api/data.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Choice } from '../parts/Choice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { PreviewTable } from './PreviewTable.tsx'

type Format = 'csv' | 'ndjson' | 'parquet'
type Granularity = Query['granularity']

const DAY = 86_400
const FORMATS = [
  { id: 'csv', name: 'CSV', hint: 'for spreadsheets' },
  { id: 'ndjson', name: 'NDJSON', hint: 'a JSON object in each line' },
  { id: 'parquet', name: 'Parquet', hint: 'for analyses' },
] as const

/** Asks a data set: a look at the first rows, then a link that opens once. */
export function QueryForm({ of }: { of: Contract }) {
  const first = of.from
  const zone = of.timeZone
  const [from, setFrom] = useState(wallText(first, zone))
  const [to, setTo] = useState(wallText(of.to === null ? first + 7 * DAY : of.to, zone))
  const [granularity, setGranularity] = useState<Granularity>('hour')
  const [columns, setColumns] = useState<string[] | undefined>()
  const [purpose, setPurpose] = useState(of.purposes[0]?.id ?? '')
  const [country, setCountry] = useState(of.countries[0] ?? '')
  const [format, setFormat] = useState<Format>('csv')
  const queries = useQueryClient()

  const known = of.columns[granularity].map(({ name }) => name)
  const [begins, ends] = [whenOf(from, zone, 900), whenOf(to, zone, 900)]
  const asked = (): { query: Query; purpose: string } => {
    const chosen = columns?.filter((name) => known.includes(name)) ?? known
    const at = (when: typeof begins) => new Date(('epoch' in when ? when.epoch : 0) * 1000).toISOString()
    return { query: { from: at(begins), to: at(ends), granularity, columns: chosen }, purpose }
  }
  const preview = useMutation({ mutationFn: () => previewData(of.agreement, asked()) })
  const link = useMutation({ mutationFn: () => linkData(of.agreement, { ...asked(), country, format, uses: 1 }) })
  const change =
    <T,>(set: (next: T) => void) =>
    (next: T) => {
      set(next)
      preview.reset()
      link.reset()
    }
  const missing =
    problemOf(begins) ?? problemOf(ends) ?? firstMissing([columns?.length === 0, 'Choose at least one column.'])
  const downloaded = () => {
    link.reset()
    setTimeout(() => queries.invalidateQueries({ queryKey: ['data', 'contract', of.agreement] }), 2000)
  }
  return (
    <section className="panel" aria-labelledby="ask">
      <h2 id="ask">Ask for data</h2>
      <div className="form">
        <WhenInput label="From" text={from} timeZone={zone} onChange={change(setFrom)} problem={problemOf(begins)} />
        <WhenInput label="To" text={to} timeZone={zone} onChange={change(setTo)} problem={problemOf(ends)} />
        <Choice
          label="By the"
          value={granularity}
          options={[
            ...(of.form === 'aggregate' ? [] : [{ id: 'raw' as const, name: 'reading', hint: 'as it was metered' }]),
            { id: 'hour', name: 'hour' },
            { id: 'day', name: 'day', hint: `local days, ${zone}` },
          ]}
          onChange={change(setGranularity)}
        />
        <Checks
          label="Columns"
          options={known.map((id) => ({ id, name: id }))}
          value={columns ?? known}
          onChange={change(setColumns)}
        />
        <Choice label="What you use them for" value={purpose} options={of.purposes} onChange={change(setPurpose)} />
        {of.countries.length === 0 ? (
          <TextInput
            label="Country where you keep the copy"
            hint="Two letters, like ES."
            value={country}
            onChange={change((text: string) => setCountry(text.toUpperCase()))}
          />
        ) : (
          <Choice
            label="Country where you keep the copy"
            value={country}
            options={of.countries.map((id) => ({ id, name: id }))}
            onChange={change(setCountry)}
          />
        )}
        <Choice label="File" value={format} options={FORMATS} onChange={change(setFormat)} />
        <div className="row">
          <Button missing={missing} isDisabled={preview.isPending} onPress={() => preview.mutate()}>
            {preview.isPending ? 'Looking …' : 'Look at the first rows'}
          </Button>
          <Button look="main" missing={missing} isDisabled={link.isPending} onPress={() => link.mutate()}>
            {link.isPending ? 'Making a link …' : 'Make a link to download'}
          </Button>
        </div>
      </div>
      {preview.error ? <Refusal error={preview.error} title="Not found" /> : null}
      {preview.data ? <PreviewTable of={preview.data} /> : null}
      {link.error ? <Refusal error={link.error} title="No link" /> : null}
      {link.data ? (
        <p role="status">
          <a className="button main" href={link.data.url} download onClick={downloaded}>
            Download
          </a>{' '}
          <span className="small soft">This link opens once, for you alone, within ten minutes.</span>
        </p>
      ) : null}
    </section>
  )
}

const problemOf = (when: ReturnType<typeof whenOf>) => ('problem' in when ? when.problem : undefined)
