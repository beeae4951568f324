import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components'

type Option<K extends string> = { id: K; name: string; hint?: string }
type Props<K extends string> = {
  label: string
  /** Said before the label to who does not see what it belongs to. */
  context?: string
  options: readonly Option<K>[]
  value: K | undefined
  onChange: (next: K) => void
  placeholder?: string
}

/** One of a few: a select whose options may explain themselves. */
export function Choice<K extends string>({
  label,
  context,
  options,
  value,
  onChange,
  placeholder = 'Choose',
}: Props<K>) {
  return (
    <Select
      className="field"
      value={value ?? null}
      onChange={(key) => {
        const chosen = options.find((option) => option.id === key)
        if (chosen !== undefined) onChange(chosen.id)
      }}
      placeholder={placeholder}
    >
      <Label>
        {context === undefined ? null : <span className="visually-hidden">{context}: </span>}
        {label}
      </Label>
      <Button className="select-button">
        <SelectValue>{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</SelectValue>
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="listbox">
          {options.map((option) => (
            <ListBoxItem key={option.id} id={option.id} textValue={option.name} className="listbox-item">
              <span>{option.name}</span>
              {option.hint === undefined ? null : <small>{option.hint}</small>}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}
