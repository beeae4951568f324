import { useInfiniteQuery } from '@tanstack/react-query'
import type { Listing, Rating } from '../../api/listings.ts'
import { ratingsQuery } from '../../api/listings.ts'
import { shortHex } from '../../format/hex.ts'
import { dateClock } from '../../format/time.ts'
import { plural } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { AnswerForm } from './AnswerForm.tsx'
import { RateForm } from './RateForm.tsx'
import { SignatureCheck } from './SignatureCheck.tsx'

/** What users think, each with a signature that anybody can check. */
export function RatingsSection({ listing }: { listing: Listing }) {
  const ratings = useInfiniteQuery(ratingsQuery(listing.listing))
  const pages = ratings.data?.pages
  const found = pages?.flatMap(({ items }) => items)
  const mine = listing.agreements.filter(({ startsAt }) => startsAt * 1000 <= Date.now())
  return (
    <section className="panel" aria-labelledby="ratings">
      <h2 id="ratings">Ratings</h2>
      <StarBars stars={listing.stars} />
      {listing.own || mine[0] === undefined ? null : mine[0].used ? (
        <RateForm listing={listing} agreement={mine[0]} given={found} />
      ) : (
        <p className="soft">You have an agreement under this listing. When you have used it, you rate it here.</p>
      )}
      {ratings.error ? (
        <ReadProblem error={ratings.error} retry={() => ratings.refetch()} />
      ) : found === undefined ? (
        <Waiting what="ratings" />
      ) : found.length === 0 ? (
        <p className="soft">Nobody has rated it yet. Who has used it under an agreement can.</p>
      ) : (
        <ul className="ratings">
          {found.map((rating) => (
            <One key={rating.agreement} rating={rating} own={listing.own} on={pages![0]!} />
          ))}
        </ul>
      )}
      {ratings.hasNextPage ? (
        <Button isDisabled={ratings.isFetchingNextPage} onPress={() => ratings.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </section>
  )
}

function One({
  rating,
  own,
  on,
}: {
  rating: Rating
  own: boolean
  on: { chainId: number; agreements: `0x${string}` }
}) {
  return (
    <li className="item">
      <p className="row apart">
        <strong>
          <span aria-hidden="true">{'★'.repeat(rating.stars)}</span>
          <span className="visually-hidden">{plural(rating.stars, 'star')} of 5</span>
        </strong>
        <span className="small soft">
          {rating.name || shortHex(rating.consumer)}, {dateClock(rating.ratedAt, 'UTC')} UTC
          {rating.revision > 1 ? ', changed' : ''}
        </span>
      </p>
      {rating.words === '' ? null : <p className="lines">{rating.words}</p>}
      {rating.answer === null ? null : (
        <blockquote className="lines">
          <strong>The provider answers:</strong> {rating.answer}
        </blockquote>
      )}
      <SignatureCheck rating={rating} on={on} />
      {own ? <AnswerForm rating={rating} /> : null}
    </li>
  )
}

/** How many gave how many stars, drawn and in numbers. */
function StarBars({ stars }: { stars: readonly number[] }) {
  const all = stars.reduce((sum, one) => sum + one, 0)
  if (all === 0) return null
  return (
    <table className="star-bars">
      <caption className="visually-hidden">How many gave how many stars</caption>
      <tbody>
        {[5, 4, 3, 2, 1].map((many) => (
          <tr key={many}>
            <th scope="row">{plural(many, 'star')}</th>
            <td aria-hidden="true">
              <span className="star-bar" style={{ inlineSize: `${(stars[many - 1]! / all) * 100}%` }} />
            </td>
            <td className="n">{stars[many - 1]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
