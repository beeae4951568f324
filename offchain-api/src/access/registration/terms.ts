import type { Hex } from '@opem/domain'
import { keccak256, stringToBytes } from 'viem'

/** What everybody accepts who registers; a change of the text is a new version. */
export const TERMS = {
  version: '1',
  title: 'Terms of the marketplace',
  text: [
    'Your wallet and its keys are yours: the marketplace never holds them and cannot restore them.',
    'You present credentials that are true and in force, and tell your issuer when one is lost.',
    'The chain holds identifiers, hashes and quantities, for ever; it holds no name. Names and readings are kept off the chain and are erased when you ask and the law lets us.',
    'A meter is used only while its holder authorises it; who withdraws is left out from the next period on.',
    'The operator may suspend an account that breaks these terms, says why, and reinstates it when the reason is gone.',
  ].join('\n\n'),
} as const

/**
 * keccak256 of title and text of a version of the terms, a blank line between them: what a receipt says was agreed.
 * @throws Error for a version whose hash nobody kept: when the text changes, the old hash is written down here
 */
export function termsHash(version: string): Hex {
  if (version === TERMS.version) return keccak256(stringToBytes(`${TERMS.title}\n\n${TERMS.text}`))
  throw new Error(`nobody kept the hash of version ${version} of the terms`)
}
