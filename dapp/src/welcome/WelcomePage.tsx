import { Link } from 'react-router'
import { Picture } from '../home/Picture.tsx'
import { useTitle } from '../parts/title.ts'
import { HowItWorks } from './HowItWorks.tsx'

/** For who is not signed in: what this is, and the three ways on. */
export function WelcomePage() {
  useTitle('Welcome')
  return (
    <>
      <section className="hero">
        <div className="stack">
          <h1>
            Neighbours share <em>every hour</em> of energy.
          </h1>
          <p>
            OPEM is an open energy marketplace. Companies and citizens offer, find, contract and pay services and data;
            neighbours share what their homes give and need, hour by hour; and anybody can check the sums. You come in
            with your own wallet: no password, no profile.
          </p>
          <div className="row">
            <Link className="button main" to="/sign-in">
              Sign in with your wallet
            </Link>
            <a className="button" href="#how">
              See how it works
            </a>
          </div>
        </div>
        <Picture />
      </section>
      <div className="sections">
        <section aria-labelledby="new">
          <h2 id="new">New here</h2>
          <ul className="cards">
            <li className="panel card">
              <h3>
                <Link to="/register/person">Register as a person</Link>
              </h3>
              <p className="soft">
                For a home, a roof, a car. You need a wallet in this browser and an identity credential from an issuer
                that the marketplace accredits.
              </p>
            </li>
            <li className="panel card">
              <h3>
                <Link to="/register/company">Register a company</Link>
              </h3>
              <p className="soft">
                For who provides or uses services and data. You need a credential that names you your company’s
                administrator; the company’s own wallet receives the account.
              </p>
            </li>
            <li className="panel card">
              <h3>
                <Link to="/credentials">Look at your credentials</Link>
              </h3>
              <p className="soft">
                Did your company or an issuer send you one? Read what it says before you show it to anybody.
              </p>
            </li>
            <li className="panel card">
              <h3>
                <Link to="/audit/market">Audit the market</Link>
              </h3>
              <p className="soft">
                For auditors and whoever doubts. Your browser rebuilds every balance from the chain; you need no
                account.
              </p>
            </li>
          </ul>
        </section>
        <HowItWorks />
      </div>
    </>
  )
}
