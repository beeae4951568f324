import type { Hex } from '@opem/domain'
import { OpemError } from '@opem/domain'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { DraftDocument, FieldProblem, Workbench } from '../../api/services.ts'
import { saveDraft } from '../../api/services.ts'
import { messageOf } from '../../parts/Notice.tsx'

export type SaveState =
  | { at: 'saved' }
  | { at: 'waiting' }
  | { at: 'saving' }
  | { at: 'failed'; why: string /** Somebody else saved: what is here has to be read again. */; overtaken: boolean }

const QUIET_MS = 700

/** Keeps a draft in the store while it is written: a moment after each pause, one save after the other. */
export function useAutosave(listing: Hex, start: Workbench) {
  const [document, setDocument] = useState<DraftDocument>(start.document as DraftDocument)
  const [problems, setProblems] = useState<readonly FieldProblem[]>(start.problems)
  const [state, setState] = useState<SaveState>({ at: 'saved' })
  const latest = useRef(document)
  const revision = useRef(start.revision)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const running = useRef<Promise<boolean>>(undefined)
  const dirty = useRef(false)

  const save = useCallback((): Promise<boolean> => {
    clearTimeout(timer.current)
    const go = async (): Promise<boolean> => {
      while (dirty.current) {
        dirty.current = false
        setState({ at: 'saving' })
        try {
          const saved = await saveDraft(listing, revision.current, latest.current)
          revision.current = saved.revision
          setProblems(saved.problems)
        } catch (error) {
          dirty.current = true
          setState({
            ...{ at: 'failed', why: messageOf(error) },
            overtaken: error instanceof OpemError && error.code === 'ERR_DRAFT_CHANGED',
          })
          return false
        }
      }
      setState({ at: 'saved' })
      return true
    }
    running.current = (running.current ?? Promise.resolve(true)).then(go)
    return running.current
  }, [listing])

  const change = useCallback(
    (next: DraftDocument) => {
      latest.current = next
      dirty.current = true
      setDocument(next)
      setState({ at: 'waiting' })
      clearTimeout(timer.current)
      timer.current = setTimeout(save, QUIET_MS)
    },
    [save],
  )

  // Who goes to another page takes nothing unsaved with them.
  useEffect(() => () => void save(), [save])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (dirty.current) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])

  return { document, problems, state, change, save, revision: () => revision.current }
}
