import { Link, useParams } from 'react-router'
import { NotFound } from '../app/NotFound.tsx'
import { WalletStep } from '../app/WalletStep.tsx'
import { useTitle } from '../parts/title.ts'
import { useHolder } from '../presentation/use-holder.ts'
import { EuWalletRegister } from './EuWalletRegister.tsx'
import { RegisterForm } from './RegisterForm.tsx'

const KINDS = { person: 'citizen', company: 'company' } as const

/** Open an account: for oneself, or for a company as its administrator. */
export function RegisterPage() {
  const { kind } = useParams()
  if (kind === undefined) return <Which />
  if (kind !== 'person' && kind !== 'company') return <NotFound />
  return <Register key={kind} of={kind} />
}

function Which() {
  useTitle('Register')
  return (
    <>
      <header className="page-head">
        <h1>Register</h1>
        <p className="soft">An account belongs to a person or to a company. Whom do you register?</p>
      </header>
      <ul className="cards">
        <li className="panel card">
          <h3>
            <Link to="/register/person">A person</Link>
          </h3>
          <p className="soft">With an identity credential that was issued to your wallet.</p>
        </li>
        <li className="panel card">
          <h3>
            <Link to="/register/company">A company</Link>
          </h3>
          <p className="soft">With the Representative credential that names you its administrator.</p>
        </li>
      </ul>
    </>
  )
}

function Register({ of }: { of: keyof typeof KINDS }) {
  const title = of === 'person' ? 'Register as a person' : 'Register a company'
  useTitle(title)
  const holder = useHolder()
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/register">Register</Link>
        </p>
        <h1>{title}</h1>
        <p className="soft">
          {of === 'person'
            ? 'You show your identity credential, receive the account as a credential, and sign that you received it.'
            : 'You show that you are the company’s administrator. The account goes to the company’s own wallet, which signs the receipt by itself.'}
        </p>
      </header>
      <div className="sections">
        <WalletStep />
        {holder === undefined ? null : <RegisterForm key={holder.did} kind={KINDS[of]} holder={holder} />}
        {of === 'person' ? <EuWalletRegister /> : null}
        <p>
          Registered already? <Link to="/sign-in">Sign in</Link>.
        </p>
      </div>
    </>
  )
}
