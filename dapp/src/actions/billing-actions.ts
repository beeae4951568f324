import { escrowAbi } from '@opem/contracts'
import type { Agreement, Hex } from '@opem/domain'
import { eur } from '../format/money.ts'
import type { BusinessAction, Call } from './action.ts'

type At = { escrow: Hex }
export type Permit = { deadline: bigint; v: number; r: Hex; s: Hex }

const call = (address: Hex, functionName: string, args: readonly unknown[]): Call => ({
  ...{ address, abi: escrowAbi, functionName, args },
})

/** Puts the wallet's own tokens into the party's purse, with the permit that was just signed. */
export const deposit = {
  title: 'Deposit',
  describe: ({ amount }) => [['Into the purse', eur(amount)]],
  prepare: ({ escrow, party, amount, permit: { deadline, v, r, s } }) =>
    call(escrow, 'depositWithPermit', [party, amount, deadline, v, r, s]),
} satisfies BusinessAction<At & { party: Hex; amount: bigint; permit: Permit }>

export const withdraw = {
  title: 'Withdraw',
  describe: ({ amount }) => [['To the owner of the party’s DID', eur(amount)]],
  prepare: ({ escrow, party, amount }) => call(escrow, 'withdraw', [party, amount]),
} satisfies BusinessAction<At & { party: Hex; amount: bigint }>

export const setAside = {
  title: 'Set aside',
  describe: ({ amount }) => [['For use under the agreement', eur(amount)]],
  prepare: ({ escrow, agreement, amount }) => call(escrow, 'reserve', [agreement, amount]),
} satisfies BusinessAction<At & { agreement: Agreement; amount: bigint }>

export const takeBack = {
  title: 'Take back what is set aside',
  describe: () => [['First', 'the provider has time to claim its vouchers']],
  prepare: ({ escrow, agreement }) => call(escrow, 'closeReserve', [agreement]),
} satisfies BusinessAction<At & { agreement: Hex }>

export const claimVouchers = {
  title: 'Claim',
  describe: ({ vouchers }) => [['Vouchers', String(vouchers.length)]],
  prepare: ({ escrow, vouchers }) =>
    vouchers.length === 1
      ? call(escrow, 'claim', [vouchers[0]!.agreement, vouchers[0]!.cumulative, vouchers[0]!.signature])
      : call(escrow, 'claimMany', [
          vouchers.map(({ agreement, cumulative }) => ({ agreement, cumulative })),
          vouchers.map(({ signature }) => signature),
        ]),
} satisfies BusinessAction<At & { vouchers: readonly { agreement: Hex; cumulative: bigint; signature: Hex }[] }>

export const payNow = {
  title: 'Pay',
  describe: ({ number }) => [['Payment', String(number)]],
  prepare: ({ escrow, agreement, number }) => call(escrow, 'pay', [agreement, number]),
} satisfies BusinessAction<At & { agreement: Agreement; number: number }>

export const acceptPayment = {
  title: 'Accept',
  describe: () => [['Then', 'it goes to the provider at once']],
  prepare: ({ escrow, payment }) => call(escrow, 'accept', [payment]),
} satisfies BusinessAction<At & { payment: Hex }>

export const disputePayment = {
  title: 'Dispute',
  describe: () => [['Then', 'the operator decides']],
  prepare: ({ escrow, payment, reason }) => call(escrow, 'dispute', [payment, reason]),
} satisfies BusinessAction<At & { payment: Hex; reason: Hex }>

export const refundPayment = {
  title: 'Give back',
  describe: ({ amount }) => [['To the consumer', eur(amount)]],
  prepare: ({ escrow, payment, amount }) => call(escrow, 'refund', [payment, amount]),
} satisfies BusinessAction<At & { payment: Hex; amount: bigint }>

export const decideDispute = {
  title: 'Decide',
  describe: ({ refund }) => [['Back to the consumer', eur(refund)]],
  prepare: ({ escrow, payment, refund, reason }) => call(escrow, 'decide', [payment, refund, reason]),
} satisfies BusinessAction<At & { payment: Hex; refund: bigint; reason: Hex }>

export const recordSettlement = {
  title: 'Record as paid',
  describe: ({ amount }) => [['Paid by bank', eur(amount)]],
  prepare: ({ escrow, agreement, number, invoice, amount }) =>
    call(escrow, 'recordBankSettlement', [agreement, number, invoice, amount]),
} satisfies BusinessAction<At & { agreement: Agreement; number: number; invoice: Hex; amount: bigint }>

export const collectFees = {
  title: 'Pay the fees to the treasury',
  describe: ({ providers }) => [['Providers', String(providers.length)]],
  prepare: ({ escrow, providers }) => call(escrow, 'withdrawFees', [providers]),
} satisfies BusinessAction<At & { providers: readonly Hex[] }>
