import { Button } from '../parts/Button.tsx'
import { Refusal } from './Refusal.tsx'

type Props = {
  /** The mutation that asks the wallet. */
  step: { readonly isPending: boolean; readonly error: unknown }
  sign: () => void
  label: string
  /** Title of what is said when it fails. */
  refused: string
  isDisabled?: boolean
  /** What is still needed before it can be signed. */
  missing?: string | undefined
  waiting?: string
}

/** A step that the wallet signs: the button, what to do meanwhile, and why it did not work. */
export const SignStep = ({ step, sign, label, refused, isDisabled = false, missing, waiting }: Props) => (
  <>
    <p>
      <Button look="main" missing={missing} isDisabled={isDisabled || step.isPending} onPress={sign}>
        {label}
      </Button>
    </p>
    <div aria-live="polite">
      {step.isPending ? <p className="soft">{waiting ?? 'Please sign in your wallet …'}</p> : null}
    </div>
    {step.error === null ? null : <Refusal error={step.error} title={refused} />}
  </>
)
