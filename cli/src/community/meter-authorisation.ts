import type { Command } from 'commander'
import { z } from 'zod'
import { refusal } from '../failure.ts'
import { openCaller } from '../instance/caller.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { openAccess } from '../wallet/access.ts'
import { sessionFile } from '../wallet/names.ts'
import { developmentDataSources } from './data-sources.ts'
import { readProfile } from './profile.ts'

type Options = Where & { community: string; meter: string; as?: string; development?: boolean; json?: boolean }

const SessionFile = z.looseObject({ browser: z.string().nullable() })

interface Authorised {
  readonly meter: string
  readonly from: string
  readonly until: string | null
}

const verb = (parent: Command, name: string, description: string): Command =>
  withWhere(
    parent
      .command(name)
      .description(description)
      .requiredOption('--community <id>', 'its id (0x…) or its name')
      .requiredOption('--meter <id>', "one of the member's meters")
      .option('--json', 'one JSON object for machines'),
  )

const walletIn = ({ as }: Options): string => {
  const wallet = as ?? process.env.OPEM_WALLET
  if (wallet) return wallet
  throw refusal('ERR_WALLET', 'A member decides about their own meter: name the wallet that is signed in with --as.')
}

/** A member lets their community use a meter, by the credential of the meter operator that says it is theirs. */
export const authoriseMeterCommand = (parent: Command): void => {
  verb(parent, 'authorise-meter', 'A member lets the community use a meter from the next period on.')
    .option('--development', 'development chain: its meter operator gives the credential')
    .action(async (options: Options) => {
      const wallet = walletIn(options)
      const [{ openHolderOf }, { readPrivate }] = await Promise.all([
        import('../wallet/open.ts'),
        import('@opem/ssi/wallet'),
      ])
      const instance = await openInstance(options)
      const { holder } = await openHolderOf(wallet, options)
      const { id } = await readProfile(instance.api, options.community)
      if (options.development) {
        const [jwt] = await developmentDataSources(instance)(addressOf(holder.did), [options.meter])
        await holder.receive(jwt!, 'development meter operator', 'accepted')
      }
      const now = Date.now() / 1000
      const held = (await holder.credentials.list())
        .filter(
          ({ type, status, expiresAt }) => type === 'DataSourceCredential' && status === 'accepted' && expiresAt > now,
        )
        .filter(({ claims }) => (claims as { meter?: string }).meter === options.meter)
        .sort((a, b) => b.issuedAt - a.issuedAt)
      if (held[0] === undefined) {
        throw refusal(
          'ERR_CREDENTIAL_UNKNOWN',
          `The wallet ${wallet} holds no accepted DataSourceCredential of ${options.meter}: ask its meter operator for one.`,
        )
      }
      const session = await readPrivate(sessionFile(wallet), SessionFile)
      const access = openAccess(
        instance.api.url,
        session?.browser ?? undefined,
        await openCaller(instance.home, wallet),
      )
      const { challenge, audience } = await access.challenge('authorise-meter')
      const terms = { challenge, audience, operation: 'authorise-meter', credentials: [held[0].hash] } as const
      const jwt = await holder.present(terms)
      const path = `/v1/communities/${id}/meter-authorisations`
      const said = await access.post<Authorised>(path, { presentation: { kind: 'vp-jwt', jwt } })
      print(options, said, [`${said.meter} is used from ${said.from} on`])
    })
}

/** A member withdraws: what the meter says from the next period on is not looked at. */
export const withdrawMeterCommand = (parent: Command): void => {
  verb(parent, 'withdraw-meter', 'A member lets the community use a meter no more, from the next period on.').action(
    async (options: Options) => {
      walletIn(options)
      const { api } = await openInstance(options)
      const { id } = await readProfile(api, options.community)
      const path = `/v1/communities/${id}/meter-authorisations/${encodeURIComponent(options.meter)}`
      await api.delete(path)
      const { authorisations } = await api.get<{ authorisations: Authorised[] }>(
        `/v1/communities/${id}/meter-authorisations`,
      )
      const last = authorisations.filter(({ meter }) => meter === options.meter).at(-1)
      print(options, last, [`${options.meter} is not used from ${last?.until} on`])
    },
  )
}

/** The account of a did:ethr. */
const addressOf = (did: string) => did.slice(did.lastIndexOf(':') + 1) as `0x${string}`
