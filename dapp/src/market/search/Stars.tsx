/** An average of stars: drawn, and said. */
export const Stars = ({ average, count }: { average: number; count: number }) => (
  <span className="stars">
    <span className="stars-drawn" aria-hidden="true" style={{ '--part': `${(average / 5) * 100}%` } as object}>
      ★★★★★
    </span>{' '}
    <span>
      {average.toFixed(1)} <span className="visually-hidden">of 5 stars</span>{' '}
      <span className="soft">
        ({count} {count === 1 ? 'rating' : 'ratings'})
      </span>
    </span>
  </span>
)
