import { join } from 'node:path'
import { decode, type PBLink } from '@ipld/dag-pb'
import { FsBlockstore } from 'blockstore-fs'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

/** What decides a CID besides the bytes. The default is Kubo's own: every tool agrees on the CID. */
export interface CidOptions {
  readonly version: 0 | 1
  readonly rawLeaves: boolean
}

/** Kubo's defaults (profile unixfs-v0-2015): CIDv0, dag-pb leaves, chunks of 256 kB, balanced, 174 links a node. */
export const KUBO_CID: CidOptions = { version: 0, rawLeaves: false }

export interface Added {
  readonly name: string
  readonly cid: string
  /** Bytes of the whole graph, as Kubo counts. */
  readonly size: number
}

export class ContentNotFound extends Error {}

/** Content-addressed files on disk; what was added stays, since nothing is ever collected. */
export interface ContentStore {
  add(files: readonly { name: string; content: Uint8Array }[], options: CidOptions): Promise<Added[]>
  /** Bytes of a file, by CID or CID/path. @throws ContentNotFound */
  cat(path: string): AsyncIterable<Uint8Array>
  /** A single block, checked against its CID. @throws ContentNotFound */
  block(cid: string): Promise<Uint8Array>
}

export async function openContentStore(dir: string): Promise<ContentStore> {
  const blocks = new FsBlockstore(join(dir, 'blocks'))
  await blocks.open()

  async function block(cid: CID): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    try {
      for await (const part of blocks.get(cid)) parts.push(part)
    } catch {
      throw new ContentNotFound(`block ${cid} is not here; add its content first`)
    }
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const digest = await sha256.digest(bytes)
    if (cid.multihash.code !== sha256.code || !Buffer.from(digest.digest).equals(Buffer.from(cid.multihash.digest)))
      throw new Error(`block ${cid} on disk is not what its CID says; add its content again`)
    return bytes
  }

  async function* file(cid: CID): AsyncGenerator<Uint8Array> {
    const bytes = await block(cid)
    if (cid.code === RAW) return yield bytes
    const { node, links } = read(bytes)
    if (node.isDirectory()) throw new ContentNotFound(`${cid} is a directory; ask for a file in it as ${cid}/name`)
    if (node.data && node.data.length > 0) yield node.data
    for (const link of links) yield* file(link.Hash as unknown as CID)
  }

  async function resolve(path: string): Promise<CID> {
    const [root = '', ...names] = path.replace(/^\/?(ipfs\/)?/, '').split('/')
    let cid = parse(root)
    for (const name of names.filter((part) => part !== '')) {
      const link = read(await block(cid)).links.find((candidate) => candidate.Name === name)
      if (!link) throw new ContentNotFound(`there is no "${name}" in ${cid}`)
      cid = link.Hash as unknown as CID
    }
    return cid
  }

  return {
    async add(files, { version, rawLeaves }) {
      const added: Added[] = []
      const source = files.map(({ name, content }) => ({ path: name, content }))
      for await (const result of importer(source, blocks, {
        cidVersion: version,
        rawLeaves,
        reduceSingleLeafToSelf: true,
        leafType: 'file',
        chunker: fixedSize({ chunkSize: 262_144 }),
        layout: balanced({ maxChildrenPerNode: 174 }),
      }))
        added.push({ name: result.path ?? '', cid: result.cid.toString(), size: Number(result.size) })
      return added
    },
    async *cat(path) {
      yield* file(await resolve(path))
    },
    block: async (cid) => block(await resolve(cid)),
  }
}

const RAW = 0x55

function parse(text: string): CID {
  try {
    return CID.parse(text)
  } catch {
    throw new ContentNotFound(`"${text}" is not a CID`)
  }
}

function read(bytes: Uint8Array): { node: UnixFS; links: readonly PBLink[] } {
  const { Data, Links } = decode(bytes)
  return { node: UnixFS.unmarshal(Data ?? new Uint8Array()), links: Links }
}
