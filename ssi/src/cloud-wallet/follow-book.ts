import { stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface FollowOptions {
  /** The wallet's folder. */
  readonly home: string
  /** Brings the chain to what the book says. */
  readonly publish: () => Promise<unknown>
  /** Milliseconds between looks. */
  readonly every?: number
  /** Milliseconds for which the book must have been left alone: the command that changed it writes to the chain itself. */
  readonly quiet?: number
}

/**
 * While a wallet serves, what could not be written to the chain when a credential was issued or taken back is written later.
 * @returns ends it
 */
export function followBook({ home, publish, every = 60_000, quiet = 60_000 }: FollowOptions): () => void {
  let done = 0
  let busy = false
  const look = async (): Promise<void> => {
    const changed = (await stat(join(home, 'issued')).catch(() => undefined))?.mtimeMs ?? 0
    if (busy || changed === done || Date.now() - changed < quiet) return
    busy = true
    // A chain that is away, or a wallet without ether: the next look tries again, and `opem wallet list` says what is missing.
    await publish().then(
      () => {
        done = changed
      },
      () => undefined,
    )
    busy = false
  }
  void look()
  const timer = setInterval(look, every).unref()
  return () => clearInterval(timer)
}
