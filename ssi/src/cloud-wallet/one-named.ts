import { OpemError } from '@opem/domain'

/** A credential by which people mean it. */
interface Named {
  readonly hash: string
  readonly jti: string
}

const SHORTEST = 8
const plain = (text: string): string => text.replace(/^(0x|urn:uuid:)/, '')

/**
 * The one credential that somebody named by its hash or jti, or by the beginning of one (8 characters after 0x or urn:uuid:).
 * @param who begins the refusal: `The wallet holds`
 * @throws ERR_CREDENTIAL_UNKNOWN, ERR_CREDENTIAL_AMBIGUOUS
 */
export function oneNamed<T extends Named>(id: string, all: readonly T[], who: string): T {
  const start = plain(id)
  const [found, other] = all.filter(({ hash, jti }) =>
    [hash, jti].some((name) => name === id || (start.length >= SHORTEST && plain(name).startsWith(start))),
  )
  if (found && !other) return found
  throw new OpemError(
    found
      ? { code: 'ERR_CREDENTIAL_AMBIGUOUS', shortMessage: `${who} several credentials ${id}…: give more of the hash.` }
      : { code: 'ERR_CREDENTIAL_UNKNOWN', shortMessage: `${who} no credential ${id}: opem wallet list shows them.` },
  )
}
