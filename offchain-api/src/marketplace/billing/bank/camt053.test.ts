import { expect, test } from 'vitest'
import { readCamt053 } from './camt053.ts'

const IBAN = 'ES9121000418450200051332'
const entry = (inside: string) => `<Ntry>${inside}</Ntry>`
const statement = (...entries: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
  <Stmt><Acct><Id><IBAN>${IBAN}</IBAN></Id></Acct>${entries.join('')}</Stmt></BkToCstmrStmt></Document>`
const booked = '<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>'
const PAID = entry(
  `<Amt Ccy="EUR">15.58</Amt><CdtDbtInd>CRDT</CdtDbtInd>${booked}<AcctSvcrRef>B-1</AcctSvcrRef>
   <NtryDtls><TxDtls><RmtInf><Ustrd>Invoice 2026-00007, thank you</Ustrd></RmtInf></TxDtls></NtryDtls>`,
)

test('a booked credit is read with its direction, its amount, its day and what the payer wrote', () => {
  expect(readCamt053(statement(PAID))).toEqual([
    {
      ...{ direction: 'credit', iban: IBAN, amount: 1558n, bookedOn: '2026-11-27', reference: 'B-1' },
      remittance: 'Invoice 2026-00007, thank you',
    },
  ])
})

test('each transaction of a batch entry is a credit of its own', () => {
  const part = (amount: string, number: string) =>
    `<TxDtls><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Strd><CdtrRefInf><Ref>${number}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>`
  const batch = entry(
    `<Amt Ccy="EUR">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>
     <NtryDtls>${part('1.00', '2026-00001')}${part('2', '2026-00002')}</NtryDtls>`,
  )
  expect(readCamt053(statement(batch)).map(({ amount, remittance }) => [amount, remittance])).toEqual([
    [100n, '2026-00001'],
    [200n, '2026-00002'],
  ])
})

test('transactions of one amount on one day are told apart, although the bank gives them one reference or none', () => {
  const part = (remittance: string) =>
    `<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="EUR">2.00</Amt><RmtInf><Ustrd>${remittance}</Ustrd></RmtInf></TxDtls>`
  const batch = (reference: string) =>
    entry(
      `<Amt Ccy="EUR">4.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>${booked}${reference}
       <NtryDtls>${part('2026-00001')}${part('2026-00002')}</NtryDtls>`,
    )
  const references = (reference: string) => readCamt053(statement(batch(reference))).map((one) => one.reference)
  expect(references('<AcctSvcrRef>B-9</AcctSvcrRef>')).toEqual(['B-9', 'B-9 (2)'])
  expect(references('')).toEqual(['2026-00001', '2026-00002'])
  const twice = readCamt053(statement(PAID, PAID)).map((one) => one.reference)
  expect(twice).toEqual(['B-1', 'B-1 (2)'])
})

test('a debit is money that left the account', () => {
  const [it] = readCamt053(statement(PAID.replace('CRDT', 'DBIT')))
  expect([it?.direction, it?.amount]).toEqual(['debit', 1558n])
})

test('pending and reversed entries, unknown directions and other currencies moved no money', () => {
  const other = (from: string, to: string) => PAID.replace(from, to)
  expect(
    readCamt053(
      statement(
        other('CRDT', 'BOTH'),
        other('BOOK', 'PDNG'),
        other('Ccy="EUR"', 'Ccy="USD"'),
        other('<AcctSvcrRef>', '<RvslInd>true</RvslInd><AcctSvcrRef>'),
      ),
    ),
  ).toEqual([])
})

test('another kind of document is refused', () => {
  expect(() => readCamt053('<Document><BkToCstmrDbtCdtNtfctn/></Document>')).toThrow('ERR_CAMT')
  expect(() => readCamt053('<!DOCTYPE x><Document/>')).toThrow('ERR_XML')
})
