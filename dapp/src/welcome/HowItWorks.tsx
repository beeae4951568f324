const steps: readonly (readonly [title: string, text: string])[] = [
  [
    'Somebody who knows you issues a credential',
    'An identity issuer for a person; a company for the people who act for it. It goes to your wallet or your browser, never to us.',
  ],
  [
    'You show it, once, and sign for it',
    'The marketplace asks a fresh question; your wallet’s signature answers it. You see every claim before you sign.',
  ],
  [
    'The marketplace issues your account',
    'As a credential too. You confirm that you received it; from then on it is active, and the chain holds its hash, never your name.',
  ],
  [
    'Sign in by showing the account',
    'A session lasts while you use it and can be ended by you, by your company or by the operator. What you may do follows your roles.',
  ],
  [
    'Share energy',
    'Join a community with the credential of your meter. Your readings count until you withdraw it. Anybody may check every hour against the chain.',
  ],
]

/** The way in, told in five steps. */
export const HowItWorks = () => (
  <section className="panel" aria-labelledby="how">
    <h2 id="how">How it works</h2>
    <ol className="steps">
      {steps.map(([title, text], i) => (
        <li key={title}>
          <span className="mark" aria-hidden="true">
            {i + 1}
          </span>
          <div className="body">
            <strong>{title}</strong>
            <p className="soft">{text}</p>
          </div>
        </li>
      ))}
    </ol>
  </section>
)
