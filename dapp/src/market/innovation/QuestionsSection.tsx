import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { moderatePost, type Post, type ShownInnovation, writePost } from '../../api/innovation.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { emptied } from '../../parts/emptied.ts'
import { TextBox } from '../../parts/TextBox.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

/** Questions and answers in threads; the asker decides what every provider reads. */
export function QuestionsSection({ it }: { it: ShownInnovation }) {
  const threads = it.posts.filter(({ thread }) => thread === null)
  return (
    <section className="panel stack" aria-labelledby="questions">
      <h2 id="questions">Questions and answers</h2>
      <p className="soft small">
        {it.mine
          ? 'A question is seen by you alone until you answer or show it. Providers do not learn who else asks.'
          : 'Your question is public once it is answered. Other providers do not learn who asked.'}
      </p>
      {threads.length === 0 ? <p className="empty">Nobody has asked yet.</p> : null}
      {threads.map((top) => (
        <article key={top.id} className="item stack" aria-label={`Question ${top.id}`}>
          {[top, ...it.posts.filter(({ thread }) => thread === top.id)].map((one) => (
            <Said key={one.id} it={it} one={one} />
          ))}
          {it.state === 'open' ? <Write it={it} thread={top.id} label={it.mine ? 'Answer' : 'Reply'} /> : null}
        </article>
      ))}
      {it.state === 'open' && !it.mine ? <Write it={it} thread={null} label="Ask" /> : null}
    </section>
  )
}

function Said({ it, one }: { it: ShownInnovation; one: Post }) {
  const queries = useQueryClient()
  const moderate = useMutation({
    mutationFn: (state: 'shown' | 'hidden') => moderatePost(it.id, one.id, state),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['innovation', it.id] }),
  })
  const who = one.by === 'asker' ? 'who asked for the service' : one.by === 'you' ? 'you' : (one.name ?? 'a provider')
  return (
    <div>
      <p className="small soft">
        {who} · {dateClock(one.writtenAt, 'UTC')}
        {one.state === 'shown' ? '' : ` · ${one.state === 'waiting' ? 'not public yet' : 'hidden'}`}
      </p>
      <p className="lines">{one.words}</p>
      {it.mine && one.by === 'provider' ? (
        <Button
          look="plain"
          isDisabled={moderate.isPending}
          onPress={() => moderate.mutate(one.state === 'shown' ? 'hidden' : 'shown')}
        >
          {one.state === 'shown' ? 'Hide' : 'Show to every provider'}
        </Button>
      ) : null}
      {moderate.error === null ? null : <Refusal error={moderate.error} title="Not changed" />}
    </div>
  )
}

function Write({ it, thread, label }: { it: ShownInnovation; thread: number | null; label: string }) {
  const queries = useQueryClient()
  const [words, setWords] = useState('')
  const send = useMutation({
    mutationFn: (typed: string) => writePost(it.id, typed.trim(), thread),
    onSuccess: (_, typed) => {
      setWords(emptied(typed))
      return queries.invalidateQueries({ queryKey: ['innovation', it.id] })
    },
  })
  return (
    <div className="stack">
      <TextBox label={thread === null ? 'Your question' : label} rows={2} value={words} onChange={setWords} />
      <p>
        <Button
          missing={words.trim() === '' ? 'Write something first.' : undefined}
          isDisabled={send.isPending}
          onPress={() => send.mutate(words)}
        >
          {label === 'Ask' ? 'Ask' : `Send the ${label.toLowerCase()}`}
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Not sent" />}
    </div>
  )
}
