import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components'
import { NavLink, useLocation } from 'react-router'
import { Button } from '../parts/Button.tsx'
import { useSession } from '../session/session.ts'
import { type Group, isAt, menuFor, type Place, PUBLIC_PLACES } from './menu.ts'

/** The navigation: groups that open on a wide screen, one list of all of them on a narrow one. */
export function Menu() {
  const session = useSession()
  const groups = session ? menuFor(session) : []
  return (
    <nav aria-label="Main">
      {session === null ? PUBLIC_PLACES.map((place) => <PlaceLink key={place.to} place={place} />) : null}
      {groups.map((group) => (
        <div key={group.name} className="menu-wide">
          <GroupMenu group={group} />
        </div>
      ))}
      {groups.length > 0 ? (
        <div className="menu-narrow">
          <WholeMenu groups={groups} />
        </div>
      ) : null}
    </nav>
  )
}

/** A group with one place leads straight there. */
function GroupMenu({ group: { name, places } }: { group: Group }) {
  const { pathname } = useLocation()
  const [only] = places
  if (only !== undefined && places.length === 1) return <PlaceLink place={only} />
  return (
    <DialogTrigger>
      <AriaButton className={places.some(({ to }) => isAt(to, pathname)) ? 'group active' : 'group'}>
        {name}
        <span className="open-sign" aria-hidden="true">
          ▾
        </span>
      </AriaButton>
      <Popover className="popover menu" placement="bottom start">
        <Dialog aria-label={name}>{({ close }) => <PlaceList places={places} done={close} />}</Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function WholeMenu({ groups }: { groups: readonly Group[] }) {
  return (
    <DialogTrigger>
      <Button>
        <span aria-hidden="true">☰</span> Menu
      </Button>
      <Popover className="popover menu" placement="bottom start">
        <Dialog aria-label="Menu">
          {({ close }) =>
            groups.map(({ name, places }) => (
              <section key={name} aria-label={name}>
                <Heading level={2}>{name}</Heading>
                <PlaceList places={places} done={close} />
              </section>
            ))
          }
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

const PlaceList = ({ places, done }: { places: readonly Place[]; done: () => void }) => (
  <ul className="plain">
    {places.map((place) => (
      <li key={place.to}>
        <PlaceLink place={place} done={done} />
      </li>
    ))}
  </ul>
)

const PlaceLink = ({ place: { to, label }, done }: { place: Omit<Place, 'need'>; done?: () => void }) => (
  <NavLink to={to} end={to === '/'} {...(done === undefined ? {} : { onClick: done })}>
    {label}
  </NavLink>
)
