import { expect, test } from 'vitest'
import { odrlAgreement, odrlOffer, readOdrl } from './odrl.ts'
import { policyWords, type UsePolicy } from './policy.ts'

const POLICY: UsePolicy = {
  purposes: ['AcademicResearch', 'PublicBenefit'],
  countries: ['ES', 'DK'],
  until: 1_798_761_600,
  times: 3,
  deleteAfterDays: 30,
  attribution: 'Sunny Grid',
  redistribution: false,
  recipients: [],
}
const OF = { target: 'urn:opem:listing:0x01', assigner: 'did:ethr:0x7a69:0xaa' }

const OFFER = {
  '@context': 'http://www.w3.org/ns/odrl.jsonld',
  '@type': 'Offer',
  uid: 'urn:opem:listing:0x01#policy',
  target: 'urn:opem:listing:0x01',
  assigner: 'did:ethr:0x7a69:0xaa',
  permission: [
    {
      action: 'use',
      constraint: [
        {
          leftOperand: 'purpose',
          operator: 'isAnyOf',
          rightOperand: [
            { '@id': 'https://w3id.org/dpv#AcademicResearch' },
            { '@id': 'https://w3id.org/dpv#PublicBenefit' },
          ],
        },
        { leftOperand: 'spatial', operator: 'isAnyOf', rightOperand: ['ES', 'DK'] },
        {
          leftOperand: 'dateTime',
          operator: 'lt',
          rightOperand: { '@value': '2027-01-01T00:00:00Z', '@type': 'xsd:dateTime' },
        },
        { leftOperand: 'count', operator: 'lteq', rightOperand: 3 },
      ],
      duty: [{ action: 'attribute', attributedParty: 'Sunny Grid' }],
    },
  ],
  prohibition: [{ action: 'distribute' }],
  obligation: [
    {
      action: 'delete',
      constraint: [
        {
          leftOperand: 'elapsedTime',
          operator: 'lteq',
          rightOperand: { '@value': 'P30D', '@type': 'xsd:duration' },
        },
      ],
    },
  ],
}

test('a policy becomes an ODRL offer, and comes back as it was', () => {
  expect(odrlOffer(POLICY, OF)).toEqual(OFFER)
  expect(readOdrl(OFFER)).toEqual({ ok: true, policy: POLICY })
})

const NAMED = ['did:ethr:0x7a69:0xcc', 'did:ethr:0x7a69:0xdd']
const EXCEPTION = {
  action: 'distribute',
  constraint: [
    {
      leftOperand: 'recipient',
      operator: 'isAnyOf',
      rightOperand: [{ '@id': 'did:ethr:0x7a69:0xcc' }, { '@id': 'did:ethr:0x7a69:0xdd' }],
    },
  ],
}

test('whom a policy names may get the data although others may not', () => {
  const policy = { ...POLICY, recipients: NAMED }
  const offer = { ...OFFER, permission: [...OFFER.permission, EXCEPTION], conflict: 'perm' }
  expect(odrlOffer(policy, OF)).toEqual(offer)
  expect(readOdrl(offer)).toEqual({ ok: true, policy })
  expect(policyWords(policy).at(-1)).toBe(
    'They may be passed on to did:ethr:0x7a69:0xcc and did:ethr:0x7a69:0xdd alone.',
  )
})

test('an agreement names both parties', () => {
  const of = { uid: 'urn:opem:agreement:0x02', assigner: 'did:ethr:0x7a69:0xaa', assignee: 'did:ethr:0x7a69:0xbb' }
  expect(odrlAgreement(OFFER, of)).toMatchObject({ '@type': 'Agreement', ...of, permission: OFFER.permission })
  expect(readOdrl(odrlAgreement(OFFER, of))).toEqual({ ok: true, policy: POLICY })
})

test('a policy is said in sentences', () => {
  expect(policyWords(POLICY)).toEqual([
    'The data may be used for academic research or the public benefit, and for nothing else.',
    'They may be stored and processed in ES and DK alone.',
    'Nobody may use them from 2027-01-01T00:00 UTC on.',
    'They may be downloaded 3 times.',
    'Each copy is deleted within 30 days of its download, and the user confirms it.',
    'Who uses them names their source: Sunny Grid.',
    'They may not be passed on to others.',
  ])
})

// biome-ignore lint/suspicious/noExplicitAny: tests spoil what is well typed
type Spoilt = any

const problems = (change: (offer: Spoilt) => void) => {
  const offer = structuredClone(OFFER)
  change(offer)
  const read = readOdrl(offer)
  return read.ok ? [] : read.problems.map(({ path }) => path)
}

test.each<[string, (offer: Spoilt) => void, string]>([
  ['an action of ODRL that nobody checks here', (o) => (o.permission[0].action = 'play'), 'permission.0.action'],
  [
    'an unknown operand',
    (o) => (o.permission[0].constraint[1].leftOperand = 'industry'),
    'permission.0.constraint.1.leftOperand',
  ],
  ['another operator', (o) => (o.permission[0].constraint[3].operator = 'gt'), 'permission.0.constraint.3.operator'],
  [
    'a purpose that is not known',
    (o) => (o.permission[0].constraint[0].rightOperand[0]['@id'] = 'https://w3id.org/dpv#Marketing'),
    'permission.0.constraint.0.rightOperand',
  ],
  ['a refinement', (o) => (o.permission[0].constraint[0].refinement = []), 'permission.0.constraint.0.refinement'],
  ['a profile', (o) => (o.profile = 'urn:x'), 'profile'],
  ['an inherited policy', (o) => (o.inheritFrom = 'urn:x'), 'inheritFrom'],
  ['a second permission', (o) => o.permission.push(o.permission[0]), 'permission'],
  [
    'recipients without a prohibition',
    (o) => {
      o.permission.push(EXCEPTION)
      o.conflict = 'perm'
      delete o.prohibition
    },
    'prohibition',
  ],
  ['recipients that a prohibition outweighs', (o) => o.permission.push(EXCEPTION), 'conflict'],
  [
    'a recipient that is no DID',
    (o) => {
      o.permission.push({
        ...EXCEPTION,
        constraint: [{ ...EXCEPTION.constraint[0], rightOperand: [{ '@id': 'https://acme.example' }] }],
      })
      o.conflict = 'perm'
    },
    'permission.1.constraint.0.rightOperand',
  ],
  ['a conflict term without an exception', (o) => (o.conflict = 'perm'), 'conflict'],
  ['another prohibition', (o) => (o.prohibition[0].action = 'sell'), 'prohibition.0.action'],
  [
    'a duty that is not kept here',
    (o) => (o.permission[0].duty[0].action = 'compensate'),
    'permission.0.duty.0.action',
  ],
  [
    'months',
    (o) => (o.obligation[0].constraint[0].rightOperand['@value'] = 'P1M'),
    'obligation.0.constraint.0.rightOperand',
  ],
  [
    'a local time',
    (o) => (o.permission[0].constraint[2].rightOperand['@value'] = '2027-01-01T00:00:00'),
    'permission.0.constraint.2.rightOperand',
  ],
  ['no purpose at all', (o) => o.permission[0].constraint.splice(0, 1), 'permission.0.constraint'],
  ['an agreement with nobody', (o) => (o['@type'] = 'Agreement'), 'assignee'],
  ['a bare set', (o) => (o['@type'] = 'Set'), '@type'],
])('%s is refused with its place', (_what, change, path) => {
  expect(problems(change)).toEqual([path])
})
