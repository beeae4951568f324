import type { ReactNode } from 'react'
import { createContext, useContext, useState } from 'react'
import type { DraftDocument, FieldProblem } from '../../api/services.ts'
import { Button } from '../../parts/Button.tsx'
import { Choice } from '../../parts/Choice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { eurText, parseEur } from '../money.ts'
import { setAt, valueAt } from './at-path.ts'

/** What the fields of the editor work on; each names its value by a path of the document. */
export interface Editing {
  readonly document: DraftDocument
  readonly problems: readonly FieldProblem[]
  /** Also problems of fields that nobody has filled in yet. */
  readonly showAll: boolean
  change(document: DraftDocument): void
}

export const EditingContext = createContext<Editing>({
  ...{ document: {}, problems: [], showAll: false },
  change: () => {},
})

type At = { at: string; label: string; hint?: string; problemsBelow?: boolean }

/** A field's value, how it is set, and what is wrong there. */
export function useField(at: string, below = false) {
  const { document, problems, showAll, change } = useContext(EditingContext)
  const value = valueAt(document, at)
  const found = problems.find(({ path }) => path === at || (below && path.startsWith(`${at}.`)))
  const shown = showAll || (value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
  return {
    value,
    set: (next: unknown) => change(setAt(document, at, next)),
    problem: shown ? found?.message : undefined,
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
const hinted = (hint: string | undefined) => (hint === undefined ? {} : { hint })

export function TextAt({ at, label, hint, optional }: At & { optional?: boolean }) {
  const { value, set, problem } = useField(at)
  return (
    <TextInput
      label={label}
      {...hinted(hint)}
      value={textOf(value)}
      onChange={(text) => set(text === '' && optional ? undefined : text)}
      problem={problem}
    />
  )
}

export function ParagraphsAt({ at, label, hint, rows }: At & { rows?: number }) {
  const { value, set, problem } = useField(at)
  return (
    <TextBox
      label={label}
      {...hinted(hint)}
      {...(rows === undefined ? {} : { rows })}
      value={textOf(value)}
      onChange={set}
      problem={problem}
    />
  )
}

/** What is typed stays as it is until it is a number; then it is one. */
export function NumberAt({ at, label, hint, suffix, optional }: At & { suffix?: string; optional?: boolean }) {
  const { value, set, problem } = useField(at)
  return (
    <TextInput
      label={label}
      {...hinted(hint)}
      {...(suffix === undefined ? {} : { suffix })}
      inputMode="numeric"
      value={textOf(value)}
      onChange={(text) =>
        set(text === '' ? (optional ? undefined : '') : /^\d{1,15}$/.test(text) ? Number(text) : text)
      }
      problem={problem}
    />
  )
}

/** EUR in the field, whole micro-EUR in the document. */
export function EurAt({ at, label, hint, optional }: At & { optional?: boolean }) {
  const { value, set, problem } = useField(at)
  const [text, setText] = useState(() => eurText(value))
  return (
    <TextInput
      label={label}
      {...hinted(hint)}
      suffix="EUR"
      inputMode="decimal"
      value={text}
      onChange={(next) => {
        setText(next)
        set(next.trim() === '' && optional ? undefined : (parseEur(next) ?? next))
      }}
      problem={problem}
    />
  )
}

export function ChoiceAt<K extends string>({
  at,
  label,
  options,
  none,
}: At & { options: readonly { id: K; name: string; hint?: string }[]; none?: string }) {
  const { value, set, problem } = useField(at)
  const all = none === undefined ? options : [{ id: '' as K, name: none }, ...options]
  return (
    <div className="field">
      <Choice
        label={label}
        options={all}
        value={(value === undefined && none !== undefined ? '' : value) as K | undefined}
        onChange={(next) => set(next === '' ? undefined : next)}
        placeholder="Choose"
      />
      {problem === undefined ? null : <span className="field-problem">{problem}</span>}
    </div>
  )
}

/** A list of texts, one on each line. */
export function LinesAt({
  at,
  label,
  hint,
  rows = 3,
  map = (line: string) => line,
  optional,
}: At & {
  rows?: number
  map?: (line: string) => string
  /** Without a line the field is left out. */
  optional?: boolean
}) {
  const { value, set, problem } = useField(at, true)
  const [text, setText] = useState(() => (Array.isArray(value) ? value.join('\n') : ''))
  return (
    <TextBox
      label={label}
      hint={`One on each line.${hint === undefined ? '' : ` ${hint}`}`}
      rows={rows}
      value={text}
      onChange={(next) => {
        setText(next)
        const lines = next
          .split('\n')
          .map((line) => map(line.trim()))
          .filter((line) => line !== '')
        set(lines.length === 0 && optional ? undefined : lines)
      }}
      problem={problem}
    />
  )
}

/** Items that one adds, removes and moves by buttons; each is drawn by `children` from its path. */
export function ItemsAt({
  at,
  label,
  name,
  blank,
  children,
}: {
  at: string
  label: string
  /** Of one item: "price plan". */
  name: string
  blank: () => unknown
  children: (path: string, index: number) => ReactNode
}) {
  const { value, set, problem } = useField(at)
  const items = Array.isArray(value) ? value : []
  // Items are moved and removed: a number of its own keeps what is typed with its item.
  const [keys, setKeys] = useState<readonly number[]>(() => items.map((_, index) => index))
  const change = (next: unknown[], nextKeys: readonly number[]) => {
    setKeys(nextKeys)
    set(next)
  }
  const swap = <T,>(list: readonly T[], a: number, b: number): T[] => list.with(a, list[b]!).with(b, list[a]!)
  return (
    <fieldset>
      <legend>{label}</legend>
      {items.map((_item, index) => (
        <fieldset className="item" key={keys[index] ?? index}>
          <legend className="visually-hidden">
            {name} {index + 1}
          </legend>
          {children(`${at}.${index}`, index)}
          <div className="row">
            <Button
              look="plain"
              aria-label={`Move ${name} ${index + 1} up`}
              isDisabled={index === 0}
              onPress={() => change(swap(items, index, index - 1), swap(keys, index, index - 1))}
            >
              ↑
            </Button>
            <Button
              look="plain"
              aria-label={`Move ${name} ${index + 1} down`}
              isDisabled={index === items.length - 1}
              onPress={() => change(swap(items, index, index + 1), swap(keys, index, index + 1))}
            >
              ↓
            </Button>
            <Button
              aria-label={`Remove ${name} ${index + 1}`}
              onPress={() => change(items.toSpliced(index, 1), keys.toSpliced(index, 1))}
            >
              Remove
            </Button>
          </div>
        </fieldset>
      ))}
      {problem === undefined ? null : <span className="field-problem">{problem}</span>}
      <p>
        <Button onPress={() => change([...items, blank()], [...keys, Math.max(-1, ...keys) + 1])}>Add a {name}</Button>
      </p>
    </fieldset>
  )
}
