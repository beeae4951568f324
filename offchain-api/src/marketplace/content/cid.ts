import type { Hex } from '@opem/domain'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'

/**
 * Where the content store keeps what has a digest: CIDv1, raw block, sha2-256.
 * @param digest 0x and 64 hex digits, as the chain holds it
 * @example cidOfDigest('0xa948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447')
 * // 'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4': "hello world" and a line's end
 */
export const cidOfDigest = (digest: Hex): string =>
  CID.createV1(raw.code, create(sha256.code, Buffer.from(digest.slice(2), 'hex'))).toString()
