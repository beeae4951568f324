import { energyCommunityAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { useConnection, useSignTypedData } from 'wagmi'
import type { Community } from '../api/communities.ts'
import { storeConsent } from '../api/consents.ts'
import { useNow } from '../app/now.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { WithCommunity } from '../app/with-community.tsx'
import type { ChainState } from '../chain/queries.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { dataSourceOf } from '../credentials/choose.ts'
import { useKept } from '../credentials/use-kept.ts'
import { shortHex } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { download } from '../parts/download.ts'
import { Facts } from '../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { useTitle } from '../parts/title.ts'
import { WhenInput, wallText, whenOf } from '../parts/WhenInput.tsx'
import { SignStep } from '../presentation/SignStep.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { MeterCredentials } from './MeterCredentials.tsx'
import { MeterFields } from './MeterFields.tsx'
import type { Meter } from './membership.ts'
import { consentOf, consentToSign, meterProblem, newMembership } from './membership.ts'
import { metersToStart } from './meters-to-start.ts'

const CONSENT_LASTS = 14 * 86_400

export const JoinPage = () => <WithCommunity>{(community) => <Page community={community} />}</WithCommunity>

function Page({ community }: { community: Community }) {
  useTitle(`Join ${community.name}`)
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to={`/c/${community.id}`}>{community.name}</Link>
        </p>
        <h1>Join {community.name}</h1>
        <p className="soft">
          You sign a consent with your own wallet; it costs nothing. The administrator’s transaction makes you a member.
          The chain learns a random identifier and scrambled metering points, never your name or your consumption.
        </p>
      </header>
      {chain.error ? (
        <ReadProblem error={chain.error} retry={() => chain.refetch()} />
      ) : chain.data === undefined ? (
        <Waiting what="the contract" />
      ) : (
        <Form community={community} chain={chain.data} />
      )}
    </>
  )
}

function Form({ community, chain }: { community: Community; chain: ChainState }) {
  const settings = useSettings()
  const client = useChain()
  const { address } = useConnection()
  const wallet = useWalletNeed()
  const sign = useSignTypedData()
  const now = useNow()
  const { timeZone, periodSeconds } = community
  const [name, setName] = useState('')
  const holder = useHolder()
  const kept = useKept(holder?.address)
  const [typed, setMeters] = useState<readonly Meter[]>()
  const meters = typed ?? metersToStart(kept, holder?.did, now)
  const sources = meters.map(({ meter }) =>
    holder === undefined ? undefined : dataSourceOf(kept, holder.did, meter, now),
  )
  const [whenText, setWhenText] = useState<string>()
  const [membership] = useState(newMembership)
  // Two periods ahead leave the administrator time; a historic community is joined from its next period.
  const earliest = chain.historic
    ? chain.nextPeriod
    : Math.max(chain.nextPeriod, (Math.floor(now / periodSeconds) + 2) * periodSeconds)
  const text = whenText ?? wallText(earliest, timeZone)
  const when = whenOf(text, timeZone, periodSeconds)
  const missing = firstMissing(
    [name.trim() === '', 'Give your name first.'],
    [meters.some(({ meter }) => meterProblem(meter) !== undefined), 'Name your meter first.'],
    [
      sources.some((one) => one === undefined),
      'Each meter needs a Data-source credential first: see above how to get one.',
    ],
    ['problem' in when, 'problem' in when ? when.problem : ''],
  )

  const send = useMutation({
    mutationFn: async () => {
      if (address === undefined || !('epoch' in when)) return undefined
      const account = address.toLowerCase() as Hex
      // The nonce is the contract's, read just before signing: an old consent cannot be used again.
      const nonce = await client.readContract({
        address: community.id,
        abi: energyCommunityAbi,
        functionName: 'nonces',
        args: [account],
      })
      const terms = {
        chainId: settings.chainId,
        community: community.id,
        account,
        from: when.epoch,
        meters,
        nonce,
        deadline: Math.floor(Date.now() / 1000) + CONSENT_LASTS,
        membership,
      }
      const signature = await sign.mutateAsync(consentToSign(terms))
      const consent = consentOf(terms, name.trim(), signature)
      await storeConsent(
        community.id,
        consent,
        membership.saltKey,
        sources.flatMap((one) => one?.jwt ?? []),
      )
      return consent
    },
  })

  if (send.data !== undefined && send.data !== null)
    return (
      <section className="panel" aria-labelledby="sent">
        <h2 id="sent">Your consent is with the administrator</h2>
        <Facts
          of={[
            [
              'Member',
              <span key="id" className="mono">
                {membership.member}
              </span>,
            ],
            ['Takes part from', dateClock(send.data.from, timeZone)],
            ['Consent valid until', dateClock(send.data.deadline, timeZone)],
          ]}
        />
        <Notice tone="warn" title="Keep your membership file">
          <p>
            It holds your identifier and your salt key. With the key you can prove what is yours; who destroys it erases
            the trace.
          </p>
        </Notice>
        <div className="row">
          <Button
            look="main"
            onPress={() =>
              download(
                `membership-${membership.member.slice(2, 10)}.json`,
                'application/json',
                `${JSON.stringify({ community: community.id, ...membership, meters }, null, 2)}\n`,
              )
            }
          >
            Download membership file
          </Button>
          <Link className="button" to={`/c/${community.id}`}>
            Back to the community
          </Link>
        </div>
      </section>
    )

  return (
    <section className="panel" aria-label="Consent">
      <div className="form">
        <TextInput
          label="Your name"
          hint="Kept by the marketplace, not on the chain."
          value={name}
          onChange={setName}
          autoComplete="name"
        />
        <MeterFields meters={meters} onChange={setMeters} />
        <MeterCredentials holder={holder} meters={meters} sources={sources} />
        <WhenInput
          label="Take part from"
          hint={`The earliest is ${dateClock(earliest, timeZone)}.`}
          text={text}
          onChange={setWhenText}
          timeZone={timeZone}
          problem={'problem' in when ? when.problem : undefined}
        />
        <Facts
          of={[
            [
              'Your identifier on chain',
              <span key="id" className="mono">
                {shortHex(membership.member)}
              </span>,
            ],
            [
              'Signed by',
              address === undefined ? (
                'no wallet yet: connect one at the top'
              ) : (
                <span key="a" className="mono">
                  {address}
                </span>
              ),
            ],
            ['Consent valid for', '14 days'],
          ]}
        />
        <SignStep
          step={send}
          sign={() => send.mutate()}
          label="Sign consent"
          refused="Your consent was not sent"
          missing={missing ?? wallet.missing}
          isDisabled={wallet.waits}
        />
      </div>
    </section>
  )
}
