import { useQuery } from '@tanstack/react-query'
import { termsQuery } from '../api/access.ts'
import { Check } from '../parts/Checks.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'

/** The terms of use, and whether they are accepted. */
export function TermsField({ accepted, onChange }: { accepted: boolean; onChange: (next: boolean) => void }) {
  const terms = useQuery(termsQuery)
  if (terms.error) return <ReadProblem error={terms.error} retry={() => terms.refetch()} />
  if (terms.data === undefined) return <Waiting what="the terms" />
  return (
    <>
      <details>
        <summary>Terms of use, version {terms.data.version}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who uses a keyboard scrolls it */}
        <section className="terms" tabIndex={0} aria-label="Terms of use">
          {terms.data.text.split(/\n{2,}/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      </details>
      <Check value={accepted} onChange={onChange}>
        I accept the terms of use, version {terms.data.version}
      </Check>
    </>
  )
}
