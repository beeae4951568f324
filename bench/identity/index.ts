import { openAccessWorld } from '../../offchain-api/src/testing/access-world.ts'
import { openBrowser } from '../../offchain-api/src/testing/browser.ts'
import { measureGas } from './gas.ts'
import { flatOut, inTurn, type Load, paced, quantile } from './load.ts'
import { measureVerification } from './verification.ts'

const CITIZENS = 20
const REPRESENTATIVES = 20
const PER_SECOND = 50
const SECONDS = 20
const FLAT_OUT_SECONDS = 10
const WIDTH = 8
const TARGETS = { signInP99Milliseconds: 150, verificationMilliseconds: 15 } as const

/**
 * Sign-ins end to end: challenge, EIP-712 presentation (signed here, in the same process as the clock), session. Against a
 * real API process, Postgres, chain and contracts; half of them citizens with one credential, half representatives who
 * bring two. Baseline in the same run: `GET /v1/health` under the same load. Then verification alone, against the bare
 * signatures of the same presentation; and what accounts cost on chain.
 */
export async function run(): Promise<Record<string, unknown>> {
  const world = await openAccessWorld([])
  const closing = [() => world.close()]
  try {
    const company = await world.registerCompany('Bench Works', ['data-provider', 'service-provider'])
    closing.unshift(() => company.close())
    const [held] = await company.wallet.credentials.list()
    const people: { wallet: ReturnType<typeof world.browser>['wallet']; credentials: string[] }[] = []
    const citizens = []
    for (let place = 0; place < CITIZENS; place++) {
      const citizen = await world.registerCitizen(`Citizen ${place}`)
      citizens.push(citizen)
      people.push({ wallet: citizen.browser.wallet, credentials: [citizen.credential] })
    }
    for (let place = 0; place < REPRESENTATIVES; place++) {
      const name = `Employee ${place}`
      const own = await company.employ(name, ['service-provider'])
      people.splice(2 * place + 1, 0, { wallet: world.browser(name).wallet, credentials: [own, held!.jwt] })
    }

    const { url } = world.api()
    const signIn = async (turn: number) => {
      const { wallet, credentials } = people[turn % people.length]!
      const { status, body } = await openBrowser(url, wallet).signIn(credentials)
      if (status !== 200) throw new Error(`${status} ${body.code}: ${body.detail}`)
    }
    const health = async () => {
      const response = await fetch(`${url}/v1/health`)
      await response.arrayBuffer()
      // 503 while a part that sign-ins do not need (the index) is away: an answer all the same.
      if (response.status !== 200 && response.status !== 503) throw new Error(`health answered ${response.status}`)
    }
    await inTurn(2 * people.length, signIn)
    await inTurn(100, health)
    const atPace = await paced(PER_SECOND, SECONDS, signIn)
    const healthAtPace = await paced(PER_SECOND, SECONDS, health)
    const fast = await flatOut(WIDTH, FLAT_OUT_SECONDS, signIn)
    const healthFast = await flatOut(WIDTH, FLAT_OUT_SECONDS, health)
    const representative = people[1]!
    const page = openBrowser(url, representative.wallet)
    const { verification, signatures } = await measureVerification(world, {
      page,
      credentials: representative.credentials,
    })
    const gas = await measureGas(world, { citizen: citizens[0]!, company, employee: 'Employee 1' })

    const signInP99 = quantile(atPace.milliseconds, 0.99)
    const verificationP99 = quantile(verification.milliseconds, 0.99)
    console.table({
      [`sign-in at ${PER_SECOND}/s for ${SECONDS} s`]: row(atPace, `p99 < ${TARGETS.signInP99Milliseconds} ms`),
      'baseline: GET /v1/health at the same pace': row(healthAtPace),
      [`sign-in, ${WIDTH} at a time`]: row(fast),
      [`baseline: GET /v1/health, ${WIDTH} at a time`]: row(healthFast),
      'verification of two credentials, one at a time': row(
        verification,
        `p99 < ${TARGETS.verificationMilliseconds} ms`,
      ),
      'baseline: the three signatures alone': row(signatures),
    })
    console.table({ gas })
    return {
      bench: 'identity',
      ...{ citizens: CITIZENS, representatives: REPRESENTATIVES, perSecond: atPace.perSecond },
      signInP50Milliseconds: quantile(atPace.milliseconds, 0.5),
      signInP99Milliseconds: signInP99,
      errors: countOf(atPace) + countOf(fast) + countOf(verification),
      healthP50Milliseconds: quantile(healthAtPace.milliseconds, 0.5),
      healthP99Milliseconds: quantile(healthAtPace.milliseconds, 0.99),
      signInsPerSecond: fast.perSecond,
      healthsPerSecond: healthFast.perSecond,
      verificationP50Milliseconds: quantile(verification.milliseconds, 0.5),
      verificationP99Milliseconds: verificationP99,
      signaturesP50Milliseconds: quantile(signatures.milliseconds, 0.5),
      signaturesP99Milliseconds: quantile(signatures.milliseconds, 0.99),
      gas,
      target: TARGETS,
      met:
        countOf(atPace) === 0 &&
        signInP99 < TARGETS.signInP99Milliseconds &&
        verificationP99 < TARGETS.verificationMilliseconds,
    }
  } finally {
    for (const close of closing) await close()
  }
}

const countOf = ({ errors }: Load): number => Object.values(errors).reduce((sum, count) => sum + count, 0)

const row = (load: Load, aim = '') => ({
  'p50 ms': quantile(load.milliseconds, 0.5),
  'p99 ms': quantile(load.milliseconds, 0.99),
  'per second': load.perSecond,
  errors: countOf(load) === 0 ? 0 : JSON.stringify(load.errors),
  aim,
})
