import { Button } from '../parts/Button.tsx'
import type { ThemeChoice } from './theme.ts'
import { chooseTheme, useThemeChoice } from './theme.ts'

const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' }
const sign: Record<ThemeChoice, string> = { system: '◐', light: '○', dark: '●' }

/** System → light → dark → system; the name says what is on now. */
export function ThemeToggle() {
  const choice = useThemeChoice()
  return (
    <Button
      look="plain"
      aria-label={`Theme: ${choice}. Change to ${next[choice]}`}
      onPress={() => chooseTheme(next[choice])}
    >
      <span aria-hidden="true">{sign[choice]}</span>
    </Button>
  )
}
