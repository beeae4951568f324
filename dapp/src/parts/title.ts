import { useEffect } from 'react'

/** The window's title, and the sentence a screen reader hears after a change of page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'OPEM' : `${title} · OPEM`
  }, [title])
}
