import { issuerRegistryAbi } from '@opem/contracts'
import { formatInstant } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { accountIdOf, type Did, parseDid } from '@opem/ssi/did'
import type { Command } from 'commander'
import { type Address, BaseError, ContractFunctionRevertedError } from 'viem'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { developmentIssuer } from '../up/access/development-issuers.ts'
import { keyFile } from '../up/keys.ts'
import { ACCREDITED_TYPES, type AccreditedType, readAccreditations, typeKey } from './accreditations.ts'
import { knownIssuers, rememberIssuer } from './known-issuers.ts'

type Options = Where & { type: string; wallet?: string; json?: boolean }

/** `opem issuer …`: who may say who citizens are, whose a meter is, or who acts for a company without its own wallet. */
export function issuerCommand(program: Command): void {
  const issuer = program
    .command('issuer')
    .summary('accredit issuers of credentials, and show who is accredited')
    .description(
      'The marketplace believes credentials of accredited issuers alone: of who somebody is, and of whose a metering point is.',
    )
  for (const [verb, summary, what] of [
    ['accredit', 'accepts the credentials that an issuer issues from now on', 'is accredited'],
    ['withdraw', 'accepts the credentials of an issuer no more, from now on', 'is not accredited'],
  ] as const) {
    withWhere(
      issuer
        .command(verb)
        .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}, for one type. Said twice, it changes nothing.`)
        .argument('<did>', 'DID of the issuer: did:ethr of this chain, did:jwk or did:key')
        .requiredOption('--type <type>', `one of ${ACCREDITED_TYPES.join(', ')}`)
        .option('--wallet <file>', 'key file of an operator (default: the operator’s of OPEM_HOME)')
        .option('--json', 'one JSON object for machines'),
    ).action(async (text: string, options: Options) => {
      const type = typeIn(options.type)
      const instance = await openInstance(options)
      const did = didIn(text, instance.chainId)
      const transaction = await decide(instance, verb, { did, type }, options.wallet)
      if (verb === 'accredit') rememberIssuer(instance.home, did)
      print(options, { did, type, accredited: verb === 'accredit', transaction }, [
        transaction ? `${did} ${what} for ${type} from now on` : `${did} ${what} for ${type} already`,
      ])
    })
  }
  withWhere(
    issuer
      .command('list')
      .description('Every issuer that was ever accredited, for what, and since and until when.')
      .option('--json', 'one JSON array for machines'),
  ).action(async (options: Where & { json?: boolean }) => {
    const instance = await openInstance(options)
    const { home, chain, chainId, fromBlock } = instance
    const found = await readAccreditations(chain, { registry: registryOf(instance), fromBlock })
    const ours = await Promise.all(
      (['IdentityCredential', 'DataSourceCredential'] as const).map((type) => developmentIssuer(home, chainId, type)),
    )
    const didOf = knownIssuers(
      home,
      ours.flatMap((one) => one?.did ?? []),
    )
    const shown = found.map(({ issuer: hash, type, from, until }) => ({
      ...{ did: didOf(hash) ?? null, issuer: hash, type, from: formatInstant(from) },
      until: until === null ? null : formatInstant(until),
    }))
    const lines = shown.map(
      ({ did, issuer: hash, type, from, until }) =>
        `${did ?? `unknown DID with hash ${hash}`}  ${type}, ${until === null ? `since ${from}` : `${from} … ${until}, withdrawn`}`,
    )
    print(options, shown, lines.length > 0 ? lines : ['nobody was accredited yet'])
  })
}

async function decide(
  instance: Instance,
  verb: 'accredit' | 'withdraw',
  { did, type }: { readonly did: Did; readonly type: AccreditedType },
  wallet: string | undefined,
): Promise<string | null> {
  const registry = registryOf(instance)
  const args = [accountIdOf(did), typeKey(type)] as const
  const contract = { address: registry, abi: issuerRegistryAbi, args } as const
  const accredited = await instance.chain.readContract({ ...contract, functionName: 'isAccredited' })
  if (accredited === (verb === 'accredit')) return null
  const operator = await openKeyFile(wallet ?? keyFile(instance.home, 'operator'))
  try {
    const receipt = await send(instance.chain, operator, call(registry, issuerRegistryAbi, verb, args))
    return receipt.transactionHash
  } catch (cause) {
    const refused = cause instanceof BaseError && cause.walk((error) => error instanceof ContractFunctionRevertedError)
    if (!refused) throw cause
    // What the registry itself would object to was looked at above: what is left is who asks.
    throw refusal(
      'ERR_NOT_OPERATOR',
      `${operator.address.toLowerCase()} does not operate this marketplace on chain, and only an operator accredits issuers: use an operator's key (--wallet).`,
    )
  }
}

function registryOf({ contracts: { issuerRegistry } }: Instance): Address {
  if (issuerRegistry) return issuerRegistry
  throw refusal(
    'ERR_NO_ISSUER_REGISTRY',
    'This marketplace has no registry of issuers: start it once (npm start), it adds one.',
  )
}

function typeIn(text: string): AccreditedType {
  const type = ACCREDITED_TYPES.find((known) => known === text)
  if (type) return type
  throw refusal(
    'ERR_CREDENTIAL_TYPE',
    `--type is "${text}": give one of ${ACCREDITED_TYPES.join(', ')}. Accounts and receipts are the marketplace's alone, members a community's.`,
  )
}

function didIn(text: string, chainId: number): Did {
  const did = parseDid(text, chainId)
  if (did.ok) return did.value
  throw refusal(did.code, `"${text}": ${did.reason}`)
}
