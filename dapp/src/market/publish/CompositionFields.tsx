import { Button } from '../../parts/Button.tsx'
import { LinesAt, TextAt, useField } from './fields.tsx'

const linesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** What a service works together with: its neighbours in a chain, what it takes and gives, and where a chain calls it. */
export function CompositionFields() {
  const { value: chain } = useField('chain')
  if (chain !== undefined)
    return <p>It is a chain already. A composed service of the marketplace is no part of another chain.</p>
  return (
    <>
      <LinesAt
        at="composition.before"
        label="May come before it"
        hint="Categories like E2.1, or ids of listings. None: it is for the others to say."
        rows={2}
      />
      <LinesAt
        at="composition.after"
        label="May come after it"
        hint="Categories, or ids of listings. None: it is for the others to say."
        rows={2}
      />
      <LinesAt
        at="composition.takes"
        label="What it takes"
        hint="Shapes of data like MeterReading; the service before has to give one of them. None: nothing is asked of it."
        rows={2}
        optional
      />
      <LinesAt
        at="composition.gives"
        label="What it gives"
        hint="Shapes of data like Forecast; the service after has to take one of them. None: nothing is promised to it."
        rows={2}
        optional
      />
      <TextAt
        at="composition.path"
        label="Where a chain calls it"
        hint="A path behind the address of the service, like /forecast. Left empty: the address itself."
        optional
      />
      <InAChain />
    </>
  )
}

/** What was filled in, as a chain does it. */
function InAChain() {
  const takes = linesOf(useField('composition.takes').value)
  const gives = linesOf(useField('composition.gives').value)
  const { value: path } = useField('composition.path')
  const { value: address } = useField('access.baseUrl')
  const where = `${typeof address === 'string' ? address.replace(/\/+$/, '') : 'its address'}${typeof path === 'string' ? path : '/'}`
  return (
    <p className="small soft" role="note" aria-label="In a chain">
      In a chain it is sent {takes.length === 0 ? 'whatever the one before gives' : takes.join(' or ')} by POST to{' '}
      <span className="mono">{where}</span>, and its answer,{' '}
      {gives.length === 0 ? 'whatever it is' : gives.join(' or ')}, goes to the next.
    </p>
  )
}

/** The services behind a composed one, which the marketplace runs; they are those that were approved. */
export function ChainAt() {
  const { value, set, problem } = useField('chain')
  const steps = (value as { steps?: readonly { listing: string; title: string }[] }).steps ?? []
  return (
    <fieldset>
      <legend>The marketplace runs this chain</legend>
      <ol className="chain">
        {steps.map(({ listing, title }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
          <li key={place} className="item">
            <strong>{title}</strong> <span className="mono small soft">{listing.slice(0, 10)}…</span>
          </li>
        ))}
      </ol>
      <p className="soft small">
        Whoever contracts it makes one call; each service is asked under your own agreement with its provider, and
        counted for you.
      </p>
      {problem === undefined ? null : <span className="field-problem">{problem}</span>}
      <p>
        <Button look="plain" onPress={() => set(undefined)}>
          Serve it from an address of my own instead
        </Button>
      </p>
    </fieldset>
  )
}
