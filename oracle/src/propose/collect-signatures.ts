import { type Address, type Hex, type RecoverTypedDataAddressParameters, recoverTypedDataAddress } from 'viem'
import type { Log } from '../log.ts'
import type { Signature } from '../sign/sign-report.ts'
import type { Committee } from '../watch/read-committee.ts'
import type { PeerAnswer, Peers } from './peers.ts'
import { seatsAfter } from './turn.ts'

// How long a leader waits for those it asked before it asks one more.
const HEDGE_MS = 1_500

/**
 * Asks nodes until a quorum has signed. It asks no more of them than it needs, in turn order, and one more whenever an
 * answer is missing, refused or worthless. A signature counts only when it recovers to a seated node with its bond: a
 * signature over anything else recovers to a stranger, and so a lying node costs one question.
 *
 * @returns signatures ascending by signer, as the contract wants them, or undefined when no quorum was to be had
 */
export async function collectSignatures({
  community,
  ask: askPeer,
  data,
  own,
  seat,
  seats,
  committee,
  peers,
  log,
}: {
  readonly community: Address
  /** Puts the question to the node of a seat. */
  readonly ask: (peer: number) => Promise<PeerAnswer>
  /** What a signature must be over. */
  readonly data: Omit<RecoverTypedDataAddressParameters, 'signature'>
  readonly own: Signature
  readonly seat: number
  readonly seats: number
  readonly committee: Committee
  readonly peers: Peers
  readonly log: Log
}): Promise<Hex[] | undefined> {
  const good = new Map<string, Hex>()
  if (committee.signs(own.node)) good.set(own.node.toLowerCase(), own.signature)
  const waiting = peers.inOrder(seatsAfter(seat, seats))
  const asked = new Set<Promise<void>>()

  const ask = (peer: number) => {
    const answer = askPeer(peer).then(async (said) => {
      if (said.status !== 'signed') {
        log.warn('not-signed', { community, peer, ...said })
        return
      }
      const node: Address | undefined = await recoverTypedDataAddress({
        ...data,
        signature: said.signature,
      } as RecoverTypedDataAddressParameters).catch(() => undefined)
      if (node && committee.signs(node)) good.set(node.toLowerCase(), said.signature)
      else log.warn('signature-dropped', { community, peer, recovered: node ?? null })
    })
    asked.add(answer)
    void answer.finally(() => asked.delete(answer))
  }

  while (good.size < committee.quorum) {
    while (waiting.length > 0 && good.size + asked.size < committee.quorum) ask(waiting.shift()!)
    if (asked.size === 0) return undefined
    const late = await settled(asked, HEDGE_MS)
    if (late && waiting.length > 0) ask(waiting.shift()!)
  }
  return [...good]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, committee.quorum)
    .map(([, signature]) => signature)
}

/** Waits for the first of `asked`; true when `ms` went by first. */
async function settled(asked: ReadonlySet<Promise<void>>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, ms, true)
  })
  const first = await Promise.race([late, ...[...asked].map((answer) => answer.then(() => false as const))])
  clearTimeout(timer)
  return first
}
