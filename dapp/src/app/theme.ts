import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'opem.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

/** Storage may be forbidden (private windows): the choice then lasts as long as the page. */
let choice: ThemeChoice = (() => {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
})()

const themeNow = (): 'light' | 'dark' => (choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice)

function show() {
  document.documentElement.dataset.theme = themeNow()
  for (const listener of listeners) listener()
}

dark.addEventListener('change', show)
show()

export function chooseTheme(next: ThemeChoice): void {
  choice = next
  try {
    if (next === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, next)
  } catch {
    // The choice still holds for this page.
  }
  show()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The theme shown now: charts draw on a canvas, so they must know. */
export const useTheme = (): 'light' | 'dark' => useSyncExternalStore(subscribe, themeNow)
export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, () => choice)
