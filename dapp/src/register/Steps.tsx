import type { Standing, Step } from './progress.ts'

const marks: Record<Standing, string> = { done: '✓', now: '…', later: '', failed: '✕' }
const looks: Record<Standing, string> = { done: 'right', now: '', later: 'later', failed: 'failed' }
const words: Record<Standing, string> = { done: 'done', now: 'now', later: 'not yet', failed: 'failed' }

/** The steps of a registration and how far it is; a change is announced. */
export const Steps = ({ steps }: { steps: readonly Step[] }) => (
  <ol className="steps" aria-live="polite">
    {steps.map(({ title, text, standing }, i) => (
      <li key={title} className={looks[standing]} {...(standing === 'now' ? { 'aria-current': 'step' } : {})}>
        <span className="mark" aria-hidden="true">
          {marks[standing] || i + 1}
        </span>
        <div className="body">
          <strong>
            {title} <span className="visually-hidden">({words[standing]})</span>
          </strong>
          <p className={standing === 'now' ? '' : 'soft'}>{text}</p>
        </div>
      </li>
    ))}
  </ol>
)
