import { Bytes, ethereum } from '@graphprotocol/graph-ts'

// Ids are made of what identifies a thing on chain, so that anybody can compute them. Numbers are big-endian: ids sort in time.

/** The lowest `width` bytes of `value`, most significant first. */
function bigEndian(value: u64, width: i32): Bytes {
  const bytes = new Uint8Array(width)
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = u8(value & 0xff)
    value >>= 8
  }
  return Bytes.fromUint8Array(bytes)
}

export function memberId(community: Bytes, member: Bytes): Bytes {
  return community.concat(member)
}

export function rulesId(community: Bytes, version: i32): Bytes {
  return community.concat(bigEndian(version, 4))
}

/** Id of a batch or a period: community and start, epoch seconds. */
export function startId(community: Bytes, start: u64): Bytes {
  return community.concat(bigEndian(start, 8))
}

export function revisionId(community: Bytes, start: u64, revision: i32): Bytes {
  return startId(community, start).concat(bigEndian(revision, 4))
}

export function dayId(community: Bytes, day: u64): Bytes {
  return community.concat(bigEndian(day, 4))
}

export function eventId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concat(bigEndian(event.logIndex.toU64(), 4))
}

export function accreditationId(issuer: Bytes, credentialType: Bytes): Bytes {
  return issuer.concat(credentialType)
}

export function revocationId(issuer: Bytes, credentialId: Bytes): Bytes {
  return issuer.concat(credentialId)
}

export function credentialVersionId(account: Bytes, version: i32): Bytes {
  return account.concat(bigEndian(version, 4))
}

/** Id of a thing's version, or of its place: the thing and a number. */
export function numberedId(thing: Bytes, number: i32): Bytes {
  return thing.concat(bigEndian(number, 4))
}

/** A digest of words; null when there are none. */
export function wordsOf(digest: Bytes): Bytes | null {
  for (let i = 0; i < digest.length; i++) if (digest[i] !== 0) return digest
  return null
}
