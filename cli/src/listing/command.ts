import type { Command } from 'commander'
import { type Where, withWhere } from '../instance/instance.ts'

export type Options = Where & { json?: boolean }
export type DraftOptions = Options & { listing?: string }
export type ReasonOptions = Options & { reason: string }
export type ToOptions = Options & { to: string }
export type RejectOptions = Options & { item: string[]; reason?: string }

const LISTING = 'its id (0x and 64 hex digits)'

/** `opem listing …`: a provider's machine does what the provider's pages do, and the operator's what the operator's do. */
export function listingCommand(program: Command): void {
  const listing = program
    .command('listing')
    .summary('draft, review and publish services and data')
    .description(
      'Services and data that an account offers. Every verb speaks as the wallet that --as names and that is signed in (opem wallet sign-in); what goes on chain is signed by its key file.',
    )
  const verb = (name: string, description: string, argument = true) => {
    const command = listing.command(name).description(description)
    if (argument) command.argument('<listing>', LISTING)
    return withWhere(command.option('--json', 'one JSON object for machines'))
  }

  verb(
    'draft',
    'Drafts a listing from a document file (GET /v1/market/schemas/listing), or saves another draft.',
    false,
  )
    .argument('<file>', 'the document, JSON')
    .option('--listing <id>', 'save this draft instead of beginning one')
    .action(async (file: string, options: DraftOptions) => (await steps()).draft(file, options))
  verb('status', 'The own listings and whose turn it is; one of them with what is not as needed yet.', false)
    .argument('[listing]', LISTING)
    .action(async (id: string | undefined, options: Options) => (await steps()).status(id, options))
  verb('submit', "Submits a draft to the operator's review.").action(async (id: string, options: Options) =>
    (await steps()).submit(id, options),
  )
  verb('publish', 'Reads the provider contract and publishes an approved listing: the transaction signs both.')
    .option('--accept-contract <version>', 'version of the provider contract that you agree to')
    .action(async (id: string, options: Options & { acceptContract?: string }) => (await steps()).publish(id, options))
  verb('stop', 'Stops a published listing: nothing new is contracted under it.')
    .requiredOption('--reason <text>', 'why; its users may read it')
    .action(async (id: string, options: ReasonOptions) => (await steps()).stop(id, options))
  verb('start', 'Starts a stopped listing again.').action(async (id: string, options: Options) =>
    (await steps()).start(id, options),
  )
  verb('update', 'Begins the next version of a published listing.').action(async (id: string, options: Options) =>
    (await managing()).update(id, options),
  )
  verb('withdraw', 'Takes an application back, to change the draft again.').action(
    async (id: string, options: Options) => (await managing()).withdraw(id, options),
  )
  verb('remove', 'Removes a listing for ever; agreements under it go on.')
    .requiredOption('--reason <text>', 'why; its users may read it')
    .action(async (id: string, options: ReasonOptions) => (await managing()).remove(id, options))
  verb('manage', 'Who owns a listing, to whom it is offered, and who may use it.').action(
    async (id: string, options: Options) => (await managing()).manage(id, options),
  )
  const account = ['--to <did>', 'DID of the account'] as const
  verb('offer', 'Offers a listing to another provider; it stays yours until they take it over.')
    .requiredOption('--to <did>', 'DID or address of another provider’s account')
    .action(async (id: string, options: ToOptions) => (await managing()).offer(id, options))
  verb('take-over', 'Takes over a listing that is offered to you.').action(async (id: string, options: Options) =>
    (await managing()).takeOver(id, options),
  )
  verb('assign', 'Puts an account on the access list of a listing.')
    .requiredOption(...account)
    .action(async (id: string, options: ToOptions) => (await managing()).assign(id, options))
  verb('revoke', 'Takes an account off the access list of a listing.')
    .requiredOption(...account)
    .action(async (id: string, options: ToOptions) => (await managing()).revoke(id, options))
  verb('suspend', 'Operator: suspends a listing; nobody uses or contracts it.')
    .requiredOption('--reason <text>', 'why; its provider and users read it')
    .action(async (id: string, options: ReasonOptions) => (await managing()).suspend(id, options))
  verb('reinstate', 'Operator: reinstates a suspended listing.').action(async (id: string, options: Options) =>
    (await managing()).reinstate(id, options),
  )
  verb('approve', 'Operator: finds every item of the checklist right, and signs the approval.').action(
    async (id: string, options: Options) => (await steps()).approve(id, options),
  )
  verb('reject', 'Operator: sends an application back with a reason for each item that is not right.')
    .option('--item <id=reason>', 'an item of the checklist, and why; as often as needed', collect, [])
    .option('--reason <text>', 'a word for the whole')
    .action(async (id: string, options: RejectOptions) => (await steps()).reject(id, options))
}

const collect = (value: string, before: string[]) => [...before, value]

/** Loaded when a verb is used, not when its help is shown. */
const steps = () => import('./steps.ts')
const managing = () => import('./manage.ts')
