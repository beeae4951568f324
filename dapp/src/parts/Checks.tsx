import type { ReactNode } from 'react'
import { Checkbox, CheckboxGroup, Label, Text } from 'react-aria-components'

type Option<K extends string> = { id: K; name: string; hint?: string; disabled?: boolean }
type Props<K extends string> = {
  label: string
  hint?: string
  options: readonly Option<K>[]
  value: readonly K[]
  onChange: (next: K[]) => void
}

const Box = ({ children }: { children: ReactNode }) => (
  <>
    <span className="check-box" aria-hidden="true" />
    <span>{children}</span>
  </>
)

/** Some of a few. */
export const Checks = <K extends string>({ label, hint, options, value, onChange }: Props<K>) => (
  <CheckboxGroup
    className="field checks"
    value={[...value]}
    onChange={(chosen) => onChange(options.map(({ id }) => id).filter((id) => chosen.includes(id)))}
  >
    <Label>{label}</Label>
    {hint === undefined ? null : (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    )}
    {options.map((option) => (
      <Checkbox key={option.id} value={option.id} className="check" isDisabled={option.disabled ?? false}>
        <Box>
          {option.name}
          {option.hint === undefined ? null : <small className="soft"> {option.hint}</small>}
        </Box>
      </Checkbox>
    ))}
  </CheckboxGroup>
)

/** Yes or no. */
export const Check = ({
  children,
  value,
  onChange,
}: {
  children: ReactNode
  value: boolean
  onChange: (next: boolean) => void
}) => (
  <Checkbox className="check" isSelected={value} onChange={onChange}>
    <Box>{children}</Box>
  </Checkbox>
)
