import { useId, useState } from 'react'
import type { ButtonProps } from 'react-aria-components'
import { Button as AriaButton } from 'react-aria-components'

type Props = Omit<ButtonProps, 'className' | 'style'> & {
  look?: 'main' | 'quiet' | 'plain'
  /** What is still needed before it can be pressed, as a sentence: the button stays reachable, and says it when it is pressed. */
  missing?: string | undefined
}

/** One button; `look` says how much it asks for attention. */
export function Button({ look = 'quiet', missing, onPress, type = 'button', ...props }: Props) {
  const [asked, setAsked] = useState(false)
  const reason = useId()
  const waits = missing !== undefined && props.isDisabled !== true
  const described = [props['aria-describedby'], waits ? reason : undefined].filter(Boolean).join(' ')
  const press = waits ? () => setAsked(true) : onPress
  return (
    <>
      <AriaButton
        {...props}
        {...(press !== undefined && { onPress: press })}
        {...(described !== '' && { 'aria-describedby': described })}
        type={waits ? 'button' : type}
        className={`button ${look}${waits ? ' waits' : ''}`}
      />
      {waits ? (
        <span id={reason} className={asked ? 'missing' : 'visually-hidden'} role={asked ? 'alert' : undefined}>
          {missing}
        </span>
      ) : null}
    </>
  )
}

/** The first sentence that holds. @example firstMissing([words === '', 'Say why.']) // 'Say why.' or undefined */
export const firstMissing = (...needs: readonly (readonly [isMissing: boolean, sentence: string])[]) =>
  needs.find(([isMissing]) => isMissing)?.[1]
