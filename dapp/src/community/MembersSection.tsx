import { Link } from 'react-router'
import type { Community } from '../api/communities.ts'
import { shortHex } from '../format/hex.ts'

/** Who takes part. The chain knows the identifiers only. */
export const MembersSection = ({ community }: { community: Community }) => (
  <section className="panel" aria-labelledby="members">
    <h2 id="members">Members</h2>
    <p className="soft">
      The administrator and the auditors see all members, a member sees themselves. Who joins signs a consent, and the
      administrator adds them.
    </p>
    {community.members.length === 0 ? (
      <p>Nobody whom you may see.</p>
    ) : (
      <div className="table-wrap">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">On chain</th>
            </tr>
          </thead>
          <tbody>
            {community.members.map((member) => (
              <tr key={member.id}>
                <th scope="row">
                  <Link to={`/c/${community.id}/m/${member.id}`}>{member.name}</Link>
                </th>
                <td className="mono">{shortHex(member.id)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </section>
)
