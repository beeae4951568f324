import type { Step } from './verify.ts'

/** The steps of a proof, each with its verdict and values. */
export const StepList = ({ steps }: { steps: readonly Step[] }) => (
  <ol className="steps">
    {steps.map((step, i) => (
      <li key={step.title} className={step.right ? 'right' : 'failed'}>
        <span className="mark" aria-hidden="true">
          {step.right ? i + 1 : '✕'}
        </span>
        <div className="body">
          <strong>
            {step.title}
            <span className="visually-hidden">: {step.right ? 'right' : 'wrong'}</span>
          </strong>
          <span>{step.says}</span>
          {step.values.map(([name, value]) => (
            <span key={name} className="soft small">
              {name}: <span className={value.startsWith('0x') ? 'mono' : ''}>{value}</span>
            </span>
          ))}
        </div>
      </li>
    ))}
  </ol>
)
