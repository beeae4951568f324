import { OpemError, type Result, refuse } from '@opem/domain'
import type { Did, DidResolver } from '../did/index.ts'
import type { AgreementKey } from './agreement-key.ts'
import { checkMessage, type DidcommCode, type DidcommMessage, MESSAGE_LIFETIME } from './check-message.ts'
import { libraryPorts, openEnvelope, sealEnvelope } from './library.ts'
import { createSeenMessages, type SeenMessages } from './seen-messages.ts'

export interface DidcommOptions {
  /** Who we are: a did:ethr in canonical form. */
  readonly did: Did
  /** Our X25519 keys; those that our DID document publishes are used. */
  readonly keys: readonly AgreementKey[]
  readonly resolver: DidResolver
  /** Epoch seconds. */
  readonly now?: () => number
  readonly seen?: SeenMessages
  /** Who may write to us at all; anybody when left out. Strangers are refused before anything is kept of them. */
  readonly mayWrite?: (from: Did) => boolean
}

/** A message before it is sealed; sender, times and id are added. */
export type Draft = Pick<DidcommMessage, 'type' | 'body'> &
  Partial<Pick<DidcommMessage, 'id' | 'thid' | 'pthid' | 'attachments' | 'return_route'>>

export interface Didcomm {
  /** Seals a message that only its recipient can open, and only we can have sent; it counts for ten minutes. */
  pack(to: Did, draft: Draft): Promise<{ readonly id: string; readonly packed: string }>
  /**
   * Opens a message and checks all that can be checked without knowing what it says: sender, recipient, age, replay.
   * @throws ERR_CHAIN_UNREACHABLE when the sender's keys cannot be read
   */
  unpack(packed: string): Promise<Result<DidcommMessage & { readonly from: Did }, DidcommCode>>
}

/** An Account credential with its 200 contracts, three times in base64, has some 110 kB. */
export const MAX_BYTES = 262_144

const chainIdOf = (did: Did): number => {
  const chain = /^did:ethr:0x([0-9a-f]+):0x[0-9a-f]{40}$/.exec(did)?.[1]
  if (chain === undefined) {
    throw new OpemError({ code: 'ERR_DID', shortMessage: `${did} is no did:ethr in canonical form, as messages need.` })
  }
  return Number.parseInt(chain, 16)
}

const epochSeconds = (): number => Math.floor(Date.now() / 1000)

/** DIDComm v2 for one DID: authenticated encryption (ECDH-1PU, X25519) and every check that the library leaves out. */
export function createDidcomm({
  did,
  keys,
  resolver,
  now = epochSeconds,
  seen = createSeenMessages(),
  mayWrite = () => true,
}: DidcommOptions): Didcomm {
  const chainId = chainIdOf(did)
  const withPorts = async <T>(use: (ports: ReturnType<typeof libraryPorts>) => Promise<T>): Promise<T> => {
    const ports = libraryPorts(did, keys, resolver, chainId)
    try {
      return await use(ports)
    } catch (error) {
      throw ports.failure() ?? error
    }
  }
  return {
    pack: async (to, { id = crypto.randomUUID(), ...draft }) => {
      const created = now()
      const message = {
        ...draft,
        id,
        typ: 'application/didcomm-plain+json',
        from: did,
        to: [to],
        created_time: created,
        expires_time: created + MESSAGE_LIFETIME,
      }
      return { id, packed: await withPorts((ports) => sealEnvelope(message, to, did, ports)) }
    },
    unpack: async (packed) => {
      if (packed.length > MAX_BYTES) {
        return refuse('ERR_DIDCOMM_SHAPE', `The message has more than ${MAX_BYTES} bytes.`)
      }
      const opened = await withPorts((ports) => openEnvelope(packed, ports)).catch((error: unknown) => {
        if (error instanceof OpemError) throw error
        return undefined
      })
      if (!opened) {
        return refuse('ERR_DIDCOMM_ENVELOPE', `The message cannot be opened: it needs to be sealed for ${did}.`)
      }
      const at = now()
      const checked = checkMessage(opened.message, opened.proof, { me: did, now: at })
      if (!checked.ok) return checked
      const { from, id, created_time: created } = checked.value
      if (!mayWrite(from as Did)) return refuse('ERR_DIDCOMM_STRANGER', `${did} takes no messages from ${from}.`)
      if (!seen.isFirst(from, id, created + MESSAGE_LIFETIME, at)) {
        return refuse('ERR_DIDCOMM_REPLAY', `The message ${id} came before: send a new one.`)
      }
      return { ok: true, value: { ...checked.value, from: from as Did } }
    },
  }
}
