import { Link } from 'react-router'
import type { LineProgress } from '../api/account-credential.ts'
import { TakeCredential } from './TakeCredential.tsx'

const PROOF = {
  agreement: 'It is the proof that both sides agreed.',
  listing: 'It is the proof of your contract with the marketplace.',
}

/** The line of a contract in one's own Account credential: waiting, issued, presented back, in force. */
export function LineShown({ line, of }: { line: LineProgress; of: keyof typeof PROOF }) {
  const { state, version, credential } = line
  switch (state) {
    case 'waiting':
      return (
        <p role="status">
          A version of your Account credential that names this {of} is issued next, together with whatever else you
          contract meanwhile. If another version waits for its receipt, that one comes first:{' '}
          <Link to="/credentials">My credentials</Link>.
        </p>
      )
    case 'issued':
      return credential === null ? (
        <p role="status">
          Credential v{version} is on its way to your company’s wallet, which presents it back by itself.
        </p>
      ) : (
        <>
          <p>
            Version {version} of your Account credential names this {of}. Sign its receipt, and it takes the place of
            the one before. Afterwards you sign in once more, with the new version, which this browser keeps.
          </p>
          <TakeCredential jwt={credential} />
        </>
      )
    case 'in-force':
      return (
        <p>
          Credential v{version} is in force and names this {of}. {PROOF[of]}
        </p>
      )
    default:
      return state satisfies never
  }
}
