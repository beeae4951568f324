import type { TextFieldProps } from 'react-aria-components'
import { FieldError, Label, Text, TextArea, TextField } from 'react-aria-components'

type Props = Omit<TextFieldProps, 'className' | 'style' | 'children'> & {
  label: string
  hint?: string
  rows?: number
  /** Why the value cannot be used; nothing is shown while it is undefined. */
  problem?: string | undefined
}

/** A labelled field of several lines. */
export const TextBox = ({ label, hint, rows = 4, problem, ...props }: Props) => (
  <TextField {...props} className="field" isInvalid={problem !== undefined}>
    <Label>{label}</Label>
    <TextArea rows={rows} />
    {hint === undefined ? null : (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    )}
    <FieldError className="field-problem">{problem}</FieldError>
  </TextField>
)
