import { useState } from 'react'
import { FileTrigger, Label, TextArea, TextField } from 'react-aria-components'
import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import type { Holder } from '../presentation/present.ts'
import { TYPE_NAMES, titleOf } from './claims.ts'
import { decodeCredential } from './decode.ts'
import { sameDid } from './did.ts'
import { keepCredential } from './use-kept.ts'

type Said = { tone: 'calm' | 'warn' | 'wrong'; title: string; text: string }

/** Takes a credential that somebody issued, pasted or as a file. Nothing is sent anywhere. */
export function ImportCredential({ holder }: { holder: Holder }) {
  const [text, setText] = useState('')
  const [said, setSaid] = useState<Said>()
  const take = (given: string) => {
    const decoded = decodeCredential(given)
    if (!decoded.ok) return setSaid({ tone: 'wrong', title: 'Not imported', text: decoded.reason })
    const credential = decoded.value
    keepCredential(holder.address, credential)
    setText('')
    const what = `${TYPE_NAMES[credential.type]}: ${titleOf(credential)}.`
    setSaid(
      sameDid(credential.subject, holder.did) || credential.type === 'AccountCredential'
        ? { tone: 'calm', title: 'Imported', text: what }
        : {
            tone: 'warn',
            title: 'Imported, but it is another wallet’s',
            text: `${what} It was issued to ${credential.subject}, not to the connected wallet, so you cannot present it here.`,
          },
    )
  }
  return (
    <div className="form">
      <TextField className="field" value={text} onChange={setText}>
        <Label>Paste a credential</Label>
        <TextArea rows={4} spellCheck="false" className="mono" />
      </TextField>
      <div className="row">
        <Button
          missing={text.trim() === '' ? 'Paste a credential first, or choose a file.' : undefined}
          onPress={() => take(text)}
        >
          Import
        </Button>
        <FileTrigger
          acceptedFileTypes={['.jwt', '.json', '.txt']}
          onSelect={async (files) => {
            const [file] = files ?? []
            if (file !== undefined) take(await file.text())
          }}
        >
          <Button>Choose a file</Button>
        </FileTrigger>
      </div>
      {said === undefined ? null : (
        <Notice tone={said.tone} title={said.title}>
          <p>{said.text}</p>
        </Notice>
      )}
    </div>
  )
}
