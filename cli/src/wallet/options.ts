import type { Command } from 'commander'

/** Where the marketplace is. */
export const place = (command: Command): Command =>
  command
    .option('--api <url>', 'API of the marketplace (default: OPEM_API_URL, or the running marketplace)')
    .option('--chain <url>', 'JSON-RPC of the chain (default: OPEM_CHAIN_URL, or the running marketplace)')

/** What opens a company's keys. */
export const passphrase = (command: Command): Command =>
  command.option('--passphrase-file <path>', 'file of mode 600 with the passphrase (default: OPEM_WALLET_SECRET)')

export const pays = (command: Command): Command =>
  command.option('--pay-with <wallet>', 'key file that pays the transactions (default: the wallet itself)')
