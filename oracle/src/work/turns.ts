import type { Node } from '../node.ts'
import { mayPropose, placeInTurn, seatsBefore } from '../propose/turn.ts'
import type { ChainCommunity } from '../watch/read-community.ts'

/** Keeps how long each community's next report has been waited for, and so whose turn it is. */
export function openTurns(node: Node) {
  const since = new Map<string, { sequence: bigint; at: number }>()
  const noticed = new WeakMap<object, number>()
  const { seat, takeoverSeconds } = node.settings
  const seats = node.settings.peers.length

  // A clock that nobody sets: turns are lengths of time, not times of day.
  const seconds = () => performance.now() / 1000

  const waitedFor = ({ id, sequence }: ChainCommunity): number => {
    const known = since.get(id)
    if (known?.sequence === sequence) return seconds() - known.at
    since.set(id, { sequence, at: seconds() })
    return 0
  }

  return {
    /** Whether this node may propose the next report of `community`, which is due. */
    async isMine(community: ChainCommunity): Promise<boolean> {
      const waitedSeconds = waitedFor(community)
      const place = placeInTurn(community.sequence, seat, seats)
      if (mayPropose({ place, waitedSeconds, takeoverSeconds, allBeforeDead: false })) return true
      const alive = await Promise.all(seatsBefore(community.sequence, seat, seats).map(node.peers.isAlive))
      return mayPropose({ place, waitedSeconds, takeoverSeconds, allBeforeDead: !alive.includes(true) })
    },
    /** Whether every node has had its turn in vain. */
    areOver: (community: ChainCommunity) => waitedFor(community) > seats * takeoverSeconds,
    /** Nothing is due: the next turn begins when something is. */
    rest: (id: string) => since.delete(id),
    /** Seconds since this very object was first asked about: here, a list of memberships as read from the chain. */
    waited(thing: object): number {
      const at = noticed.get(thing) ?? seconds()
      noticed.set(thing, at)
      return seconds() - at
    },
  }
}

export type Turns = ReturnType<typeof openTurns>
