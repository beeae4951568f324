import type { TextFieldProps } from 'react-aria-components'
import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'

type Props = Omit<TextFieldProps, 'className' | 'style' | 'children'> & {
  label: string
  hint?: string
  suffix?: string
  /** Why the value cannot be used; nothing is shown while it is undefined. */
  problem?: string | undefined
  placeholder?: string
}

/** A labelled text field whose problem is tied to it for screen readers. */
export const TextInput = ({ label, hint, suffix, problem, placeholder, ...props }: Props) => (
  <TextField {...props} className="field" isInvalid={problem !== undefined}>
    <Label>{label}</Label>
    <span className="field-box">
      <Input {...(placeholder === undefined ? {} : { placeholder })} />
      {suffix === undefined ? null : <span className="field-suffix">{suffix}</span>}
    </span>
    {hint === undefined ? null : (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    )}
    <FieldError className="field-problem">{problem}</FieldError>
  </TextField>
)
