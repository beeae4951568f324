import { useState } from 'react'
import { Button } from './Button.tsx'

/** A command or identifier with a button that copies it; where copying is forbidden the text stays selectable. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState('')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Select the text to copy it'),
    )
  return (
    <div className="copy">
      <code>{text}</code>
      <Button look="plain" aria-label={`Copy ${label}`} onPress={copy}>
        Copy
      </Button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </div>
  )
}
