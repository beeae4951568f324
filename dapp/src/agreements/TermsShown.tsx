import { type AgreementDocument, type AgreementTermsJson, agreementWords, parseAgreementTerms } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useChain, useSettings } from '../app/settings.ts'
import { checkTerms } from './check-terms.ts'

type Props = { terms: AgreementTermsJson; document: AgreementDocument }

/** An agreement in words, and the same words beside the fields that the wallet shows. */
export function TermsShown({ terms, document }: Props) {
  const sentences = agreementWords(parseAgreementTerms(terms), document)
  return (
    <>
      <dl className="facts words">
        {sentences.map(({ about, title, text }) => (
          <div key={`${about}${title}`}>
            <dt>{title}</dt>
            <dd className="prose">{text}</dd>
          </div>
        ))}
        <div>
          <dt>Terms of use</dt>
          <dd className="prose">{document.terms.text}</dd>
        </div>
      </dl>
      <details>
        <summary>The same as your wallet shows it</summary>
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Value</th>
                <th scope="col">Means</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(terms).map(([field, value]) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td>
                    <code>{String(value)}</code>
                  </td>
                  <td>{sentences.find(({ fields }) => (fields as string[]).includes(field))?.title ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}

/** What was checked on the chain before anybody signs. */
export function TermsChecks({ terms, document }: Props) {
  const settings = useSettings()
  const client = useChain()
  const checks = useQuery({
    queryKey: ['terms-check', terms.terms, terms.salt],
    queryFn: () => checkTerms(client, settings, { terms, document }),
  })
  if (checks.data === undefined) return <p className="soft small">Asking the chain …</p>
  return (
    <ul className="checked" aria-label="Checked on the chain">
      {checks.data.map(({ what, holds }) => (
        <li key={what} className={holds ? 'holds' : 'fails'}>
          <strong>{holds ? 'Holds: ' : 'Does not hold: '}</strong>
          {what}
        </li>
      ))}
    </ul>
  )
}
