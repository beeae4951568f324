import { accessManagerAbi, agreementRegistryAbi } from '@opem/contracts'
import { type Address, encodeFunctionData, type Hex, toFunctionSelector } from 'viem'
import type { BusinessAction } from '../actions/action.ts'
import { dateAndTime } from '../format/time.ts'
import { callInWords, type Operation } from './operations.ts'

const percent = (bps: number) => `${(bps / 100).toLocaleString('en-GB')} %`

export const SET_FEE: Hex = toFunctionSelector('setFee(uint16)')

/** The marketplace's part of payments under agreements that are concluded from then on. */
export const changeFee = {
  title: 'Change the fee',
  describe: ({ feeBps }) => [
    ['Fee from now on', percent(feeBps)],
    ['Holds for', 'agreements that are concluded from now on; those in force keep theirs'],
  ],
  prepare: ({ agreements, feeBps }) => ({
    ...{ address: agreements, abi: agreementRegistryAbi, functionName: 'setFee', args: [feeBps] },
  }),
} satisfies BusinessAction<{ agreements: Address; feeBps: number }>

/** The same, announced: everybody can see it before it takes effect. */
export const scheduleFee = {
  title: 'Announce a change of the fee',
  describe: ({ feeBps, delay }) => [
    ['Fee', percent(feeBps)],
    ['Can be carried out after', `${delay} s`],
  ],
  prepare: ({ manager, agreements, feeBps }) => ({
    ...{ address: manager, abi: accessManagerAbi, functionName: 'schedule' },
    args: [agreements, encodeFunctionData({ abi: agreementRegistryAbi, functionName: 'setFee', args: [feeBps] }), 0],
  }),
} satisfies BusinessAction<{ manager: Address; agreements: Address; feeBps: number; delay: number }>

type OnOperation = { manager: Address; operation: Operation }

const described = ({ operation }: OnOperation): [string, string][] => [
  ['Operation', callInWords(operation.data)],
  ['Contract', operation.target],
  ['Due', dateAndTime(operation.schedule)],
]

export const executeOperation = {
  title: 'Carry out',
  describe: described,
  prepare: ({ manager, operation: { target, data } }) => ({
    ...{ address: manager, abi: accessManagerAbi, functionName: 'execute', args: [target, data] },
  }),
} satisfies BusinessAction<OnOperation>

export const cancelOperation = {
  title: 'Cancel',
  describe: described,
  prepare: ({ manager, operation: { caller, target, data } }) => ({
    ...{ address: manager, abi: accessManagerAbi, functionName: 'cancel', args: [caller, target, data] },
  }),
} satisfies BusinessAction<OnOperation>
