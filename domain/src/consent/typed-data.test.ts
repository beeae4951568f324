import {
  concat,
  encodeAbiParameters,
  hashTypedData,
  keccak256,
  parseAbiParameters,
  recoverTypedDataAddress,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { joinConsent, leaveConsent, settlementReport } from './typed-data.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const contract = `0x${'cc'.repeat(20)}` as const
const word = (digit: string) => `0x${digit.repeat(64)}` as const
const hash = (text: string) => keccak256(stringToHex(text))

// Encoded by hand from the type strings of the Solidity interfaces (EIP-712).
const digest = (name: string, struct: `0x${string}`) =>
  keccak256(
    concat([
      '0x1901',
      keccak256(
        encodeAbiParameters(parseAbiParameters('bytes32, bytes32, bytes32, uint256, address'), [
          hash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
          hash(name),
          hash('1'),
          31337n,
          contract,
        ]),
      ),
      struct,
    ]),
  )

test('a report signs what ISettlement says', () => {
  const data = settlementReport({
    chainId: 31337,
    settlement: contract,
    report: {
      community: account.address,
      start: 3600,
      periods: 24,
      revision: 1,
      rules: 2,
      root: word('a'),
      deadline: 9n,
    },
    totalsHash: word('b'),
    nonce: 7,
  })
  const struct = keccak256(
    encodeAbiParameters(
      parseAbiParameters('bytes32, address, uint64, uint16, uint32, uint32, bytes32, bytes32, uint256, uint64'),
      [
        hash(
          'Report(address community,uint64 start,uint16 periods,uint32 revision,uint32 rules,bytes32 root,bytes32 totalsHash,uint256 nonce,uint64 deadline)',
        ),
        account.address,
        3600n,
        24,
        1,
        2,
        word('a'),
        word('b'),
        7n,
        9n,
      ],
    ),
  )
  expect(hashTypedData(data)).toBe(digest('OPEM Settlement', struct))
})

test('consents sign what IEnergyCommunity says, and recover to the member', async () => {
  const join = joinConsent({
    chainId: 31337,
    community: contract,
    member: word('1'),
    account: account.address,
    from: 3600,
    meteringPoints: [{ id: word('2'), participation: 50 }],
    nonce: 0,
    deadline: 99,
  })
  const point = hash('MeteringPoint(bytes32 id,uint8 participation)')
  const points = keccak256(
    keccak256(encodeAbiParameters(parseAbiParameters('bytes32, bytes32, uint8'), [point, word('2'), 50])),
  )
  const struct = keccak256(
    encodeAbiParameters(parseAbiParameters('bytes32, bytes32, address, uint64, bytes32, uint256, uint256'), [
      hash(
        'Join(bytes32 member,address account,uint64 from,MeteringPoint[] meteringPoints,uint256 nonce,uint256 deadline)MeteringPoint(bytes32 id,uint8 participation)',
      ),
      word('1'),
      account.address,
      3600n,
      points,
      0n,
      99n,
    ]),
  )
  expect(hashTypedData(join)).toBe(digest('OPEM Community', struct))
  expect(await recoverTypedDataAddress({ ...join, signature: await account.signTypedData(join) })).toBe(account.address)

  const leave = leaveConsent({
    chainId: 31337,
    community: contract,
    member: word('1'),
    until: 7200,
    nonce: 1,
    deadline: 99,
  })
  const leaving = keccak256(
    encodeAbiParameters(parseAbiParameters('bytes32, bytes32, uint64, uint256, uint256'), [
      hash('Leave(bytes32 member,uint64 until,uint256 nonce,uint256 deadline)'),
      word('1'),
      7200n,
      1n,
      99n,
    ]),
  )
  expect(hashTypedData(leave)).toBe(digest('OPEM Community', leaving))
})
