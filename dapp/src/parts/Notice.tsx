import { OpemError } from '@opem/domain'
import type { ReactNode } from 'react'
import { refusalOf } from '../chain/revert.ts'
import { Button } from './Button.tsx'

/** What a thrown value says to a person. */
export const messageOf = (error: unknown): string =>
  error instanceof OpemError ? error.shortMessage : refusalOf(error)

/** Whether it is a refusal with this stable code. */
export const isCode = (error: unknown, code: string): boolean => error instanceof OpemError && error.code === code

type Props = { title: string; children?: ReactNode; tone?: 'calm' | 'warn' | 'wrong'; action?: ReactNode }

/** A box that says one thing. `wrong` is announced at once. */
export const Notice = ({ title, children, tone = 'calm', action }: Props) => (
  <div className={`notice ${tone}`} role={tone === 'wrong' ? 'alert' : 'status'}>
    <strong>{title}</strong>
    {children === undefined ? null : <div>{children}</div>}
    {action}
  </div>
)

/** A failed read, with the way out. */
export const ReadProblem = ({ error, retry }: { error: unknown; retry?: () => void }) => (
  <Notice
    tone="wrong"
    title="This could not be read"
    action={retry === undefined ? undefined : <Button onPress={retry}>Try again</Button>}
  >
    <p>{messageOf(error)}</p>
  </Notice>
)

/** Waiting, said once and quietly. */
export const Waiting = ({ what }: { what: string }) => (
  <p className="waiting" role="status">
    <span className="waiting-mark" aria-hidden="true" />
    Reading {what} …
  </p>
)
