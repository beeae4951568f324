import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Rating } from '../../api/listings.ts'
import { answerRating } from '../../api/listings.ts'
import { Button } from '../../parts/Button.tsx'
import { messageOf, Notice } from '../../parts/Notice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'

/** The provider's answer to a rating, shown below it. */
export function AnswerForm({ rating }: { rating: Rating }) {
  const [answer, setAnswer] = useState(rating.answer ?? '')
  const queries = useQueryClient()
  const send = useMutation({
    mutationFn: (text: string) => answerRating(rating.agreement, text === '' ? null : text),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['ratings', rating.listing] }),
  })
  return (
    <details>
      <summary>{rating.answer === null ? 'Answer' : 'Change your answer'}</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(answer.trim())
        }}
      >
        <TextBox label="Your answer" value={answer} onChange={setAnswer} maxLength={2000} />
        <p>
          <Button type="submit" isDisabled={send.isPending}>
            Show the answer
          </Button>
        </p>
        {send.error ? (
          <Notice tone="wrong" title="Not kept">
            <p>{messageOf(send.error)}</p>
          </Notice>
        ) : null}
      </form>
    </details>
  )
}
