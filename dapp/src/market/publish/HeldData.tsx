import type { ListingDocument } from '@opem/domain'
import { Link, useParams } from 'react-router'
import { DataOffered } from './DataOffered.tsx'
import { useField } from './fields.tsx'

/** Readings that the marketplace holds are described on a page of their own, where they are counted and people asked. */
export function HeldData() {
  const { listing } = useParams()
  const data = useField('data').value as Partial<NonNullable<ListingDocument['data']>>
  return (
    <>
      <p>
        <Link className="button" to={`/data/share?listing=${listing}`}>
          Change meters, form or use
        </Link>
      </p>
      {data.readings?.volume === undefined ? null : <DataOffered data={data as NonNullable<ListingDocument['data']>} />}
    </>
  )
}
