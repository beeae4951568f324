import { createSystemKey, openSystemKey } from '@opem/ssi/http-signature'
import type { Command } from 'commander'
import { print } from '../print.ts'
import { systemKeyOf } from './names.ts'

/**
 * `opem wallet system-key`: the key with which a machine of a company signs its requests (RFC 9421). Its public half is what
 * the company's page asks for.
 */
export const systemKeyVerb = (wallet: Command): void => {
  wallet
    .command('system-key')
    .summary('makes a key for a machine, and prints its public half')
    .description(
      "Makes an Ed25519 key for a machine in OPEM_HOME/system-keys (mode 600), and prints its public half as JWK: the company's administrator pastes it on the company's page, under Systems. The machine signs with OPEM_SYSTEM_KEY_FILE.",
    )
    .argument('<name>', 'a name, or a path with a slash')
    .option('--show', 'the public half of a key that is there already')
    .option('--json', 'one JSON object for machines')
    .action(async (name: string, options: { show?: boolean; json?: boolean }) => {
      const path = systemKeyOf(name)
      const { keyid, publicJwk } = options.show ? await openSystemKey(path) : await createSystemKey(path)
      print(options, { keyid, publicKey: publicJwk, path }, [JSON.stringify(publicJwk)])
    })
}
