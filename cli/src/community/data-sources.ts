import { issueCredential } from '@opem/ssi/credential'
import { didOfAddress } from '@opem/ssi/did'
import type { Address } from 'viem'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { type DevelopmentIssuer, developmentIssuer } from '../up/access/development-issuers.ts'
import { DEVELOPMENT_CHAIN_ID } from '../up/keys.ts'
import type { Who } from './wallets.ts'

const YEAR_SECONDS = 365 * 86_400

/** Says whose meters are whose: Data-source credentials, one for each meter of an account. */
export type DataSources = (account: Address, meters: readonly string[]) => Promise<string[]>

/**
 * The development meter operator of this marketplace, who believes everybody. On another chain a member brings credentials of
 * their own meter operator. @throws ERR_METER_OPERATOR where it does not stand
 */
export const developmentDataSources =
  ({ home, chainId }: Pick<Instance, 'home' | 'chainId'>): DataSources =>
  async (account, meters) => {
    const issuer =
      chainId === DEVELOPMENT_CHAIN_ID ? await developmentIssuer(home, chainId, 'DataSourceCredential') : undefined
    if (issuer === undefined) {
      throw refusal(
        'ERR_METER_OPERATOR',
        `There is no development meter operator in ${home} for chain ${chainId}: its key is made when the marketplace starts.`,
      )
    }
    return Promise.all(meters.map((meter) => issueDataSource(issuer, chainId, account, meter)))
  }

/** With `--development` its meter operator; otherwise members bring credentials of their own. */
export const dataSourcesFor = (instance: Pick<Instance, 'home' | 'chainId'>, who: Who): DataSources =>
  who.development === undefined || who.development === false ? ownCredentialsOnly : developmentDataSources(instance)

const ownCredentialsOnly: DataSources = async (account, meters) => {
  throw refusal(
    'ERR_METER_OPERATOR',
    `Nothing says that ${meters.join(', ')} belong to ${account.toLowerCase()}: give the Data-source credentials of their meter operator ("dataSources" in the file, --data-source FILE).`,
  )
}

const issueDataSource = (
  { did, account: signer }: DevelopmentIssuer,
  chainId: number,
  account: Address,
  meter: string,
): Promise<string> =>
  issueCredential({
    issuer: did,
    signer,
    type: 'DataSourceCredential',
    subject: didOfAddress(chainId, account),
    claims: { meter, role: 'data-subject' },
    expiresAt: Math.floor(Date.now() / 1000) + YEAR_SECONDS,
  })
