import { openKeyFile } from '@opem/ssi'
import type { Address, Hex, LocalAccount } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where } from '../instance/instance.ts'
import { keyFileOf } from '../wallet/names.ts'

export interface BillingPlace extends Instance {
  readonly escrow: Address
  readonly token: Address
}

/** The marketplace with its escrow. @throws ERR_NO_ESCROW */
export async function openBilling(where: Where): Promise<BillingPlace> {
  const instance = await openInstance(where)
  const { addresses } = await instance.api.get<{ addresses: Record<string, Hex | undefined> }>('/v1/settings')
  const { Escrow: escrow, EuroToken: token } = addresses
  if (escrow === undefined || token === undefined)
    throw refusal('ERR_NO_ESCROW', 'This marketplace has no escrow yet: start it once more (npm start), it adds one.')
  return { ...instance, escrow, token }
}

/** The key that signs for `--as`. @throws ERR_WALLET */
export async function signerOf({ as = process.env.OPEM_WALLET || undefined }: Where): Promise<LocalAccount> {
  if (as === undefined)
    throw refusal('ERR_WALLET', 'Nobody can sign: name a wallet that is signed in with --as (opem wallet sign-in).')
  return openKeyFile(keyFileOf(as))
}
