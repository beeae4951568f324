import type { LandingBlock } from '@opem/domain'
import { Link } from 'react-router'
import type { Picture } from '../../api/landing.ts'
import { pictureUrl } from '../../api/landing.ts'
import type { Plan } from '../../api/listings.ts'
import { Figure } from '../../parts/Facts.tsx'
import { planText } from '../money.ts'
import { PLAN_NAMES } from '../words.ts'

type Props = { blocks: readonly LandingBlock[]; plans: readonly Plan[]; pictures: readonly Picture[]; listing: string }

/** A landing page block by block. Text is text; a link is a web page or the listing; a picture is one that was checked. */
export function Blocks({ blocks, plans, pictures, listing }: Props) {
  return (
    <div className="landing">
      {grouped(blocks).map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no name, and a page is drawn whole
        <Group key={index} group={group} plans={plans} pictures={pictures} listing={listing} />
      ))}
    </div>
  )
}

type Kpi = Extract<LandingBlock, { kind: 'kpi' }>
type Group = { kind: 'kpis'; kpis: Kpi[] } | Exclude<LandingBlock, Kpi>

/** Figures that follow one another stand side by side. */
function grouped(blocks: readonly LandingBlock[]): Group[] {
  const groups: Group[] = []
  for (const block of blocks) {
    const last = groups.at(-1)
    if (block.kind !== 'kpi') groups.push(block)
    else if (last?.kind === 'kpis') last.kpis.push(block)
    else groups.push({ kind: 'kpis', kpis: [block] })
  }
  return groups
}

function Group({ group, plans, pictures, listing }: { group: Group } & Omit<Props, 'blocks'>) {
  switch (group.kind) {
    case 'heading':
      return <h2>{group.text}</h2>
    case 'text':
      return <p className="lines">{group.text}</p>
    case 'picture':
      return <Shown block={group} picture={pictures.find(({ digest }) => digest === group.digest)} />
    case 'kpis':
      return (
        <div className="figures">
          {group.kpis.map(({ label, value, unit, note }) => (
            <Figure
              key={`${label} ${value}`}
              tone="shared"
              label={label}
              value={value}
              {...(unit === undefined ? {} : { unit })}
              note={note}
            />
          ))}
        </div>
      )
    case 'plans':
      return (
        <ul className="cards">
          {plans.map((plan) => (
            <li key={plan.id} className="panel">
              <p className="eyebrow">{PLAN_NAMES[plan.kind]}</p>
              <strong>{planText(plan)}</strong>
            </li>
          ))}
        </ul>
      )
    case 'call-to-action':
      return (
        <p>
          {group.url === undefined ? (
            <Link className="button main" to={`/market/${listing}`}>
              {group.text}
            </Link>
          ) : (
            <Outside text={group.text} url={group.url} />
          )}
        </p>
      )
    default:
      return group satisfies never
  }
}

/** Written by a stranger: a web page or nothing, whatever the API let pass; it learns nothing of where one came from. */
const Outside = ({ text, url }: { text: string; url: string }) =>
  /^https?:\/\//i.test(url) ? (
    <a className="button main" href={url} target="_blank" rel="noopener noreferrer nofollow ugc">
      {text} <span className="visually-hidden">(opens {hostOf(url)})</span>
    </a>
  ) : (
    <span className="button main">{text}</span>
  )

const hostOf = (url: string): string => {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}

function Shown({
  block: { digest, alt, caption },
  picture,
}: {
  block: Extract<LandingBlock, { kind: 'picture' }>
  picture: Picture | undefined
}) {
  return (
    <figure className="landing-picture">
      {/^0x[0-9a-f]{64}$/.test(digest) ? (
        <img
          src={pictureUrl(digest)}
          alt={alt}
          loading="lazy"
          {...(picture === undefined ? {} : { width: picture.width, height: picture.height })}
        />
      ) : null}
      {caption === undefined ? null : <figcaption>{caption}</figcaption>}
    </figure>
  )
}
