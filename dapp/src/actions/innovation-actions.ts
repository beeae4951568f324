import { compositionRegistryAbi, openInnovationAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import type { Abi, Address } from 'viem'
import { dateClock } from '../format/time.ts'
import type { BusinessAction } from './action.ts'

const innovation = (address: Address) => ({ address, abi: openInnovationAbi as unknown as Abi })
const compositions = (address: Address) => ({ address, abi: compositionRegistryAbi as unknown as Abi })

export const requestService = {
  title: 'Ask the market',
  describe: ({ title, closesAt, content }) => [
    ['Request', title],
    ['Proposals until', dateClock(closesAt, 'UTC')],
    ['Document (sha2-256)', content],
  ],
  prepare: ({ contract, id, user, content, closesAt }) => ({
    ...innovation(contract),
    functionName: 'request',
    args: [id, user, content, closesAt],
  }),
} satisfies BusinessAction<{
  contract: Address
  id: Hex
  user: Address
  content: Hex
  closesAt: number
  title: string
}>

export const proposeService = {
  title: 'Propose',
  describe: ({ title, content }) => [
    ['Proposal', title],
    ['Document (sha2-256)', content],
  ],
  prepare: ({ contract, request, id, provider, content }) => ({
    ...innovation(contract),
    functionName: 'propose',
    args: [request, id, provider, content],
  }),
} satisfies BusinessAction<{
  contract: Address
  request: Hex
  id: Hex
  provider: Address
  content: Hex
  title: string
}>

export const chooseProposal = {
  title: 'Choose this proposal',
  describe: ({ title }) => [
    ['Proposal', title],
    ['Consequence', 'The others are told. Nothing is agreed yet: the contract comes next.'],
  ],
  prepare: ({ contract, request, id }) => ({ ...innovation(contract), functionName: 'choose', args: [request, id] }),
} satisfies BusinessAction<{ contract: Address; request: Hex; id: Hex; title: string }>

const withdrawal = (functionName: 'withdrawRequest' | 'withdrawProposal', title: string) =>
  ({
    title,
    describe: (it) => [['Taken back', it.title]],
    prepare: ({ contract, id }) => ({ ...innovation(contract), functionName, args: [id] }),
  }) satisfies BusinessAction<{ contract: Address; id: Hex; title: string }>

export const withdrawRequest = withdrawal('withdrawRequest', 'Withdraw the request')
export const withdrawProposal = withdrawal('withdrawProposal', 'Withdraw the proposal')

export const requestComposition = {
  title: 'Ask the providers',
  describe: ({ title, listings, content }) => [
    ['Composition', title],
    ['Services', String(listings.length)],
    ['Document (sha2-256)', content],
  ],
  prepare: ({ contract, id, user, listings, content }) => ({
    ...compositions(contract),
    functionName: 'request',
    args: [id, user, listings, content],
  }),
} satisfies BusinessAction<{
  contract: Address
  id: Hex
  user: Address
  listings: readonly Hex[]
  content: Hex
  title: string
}>

export const decideComposition = {
  title: 'Decide',
  describe: ({ title, approve }) => [
    ['Service', title],
    ['Your answer', approve ? 'may be chained' : 'may not be chained'],
  ],
  prepare: ({ contract, id, place, approve, reason }) => ({
    ...compositions(contract),
    functionName: 'decide',
    args: [id, place, approve, reason],
  }),
} satisfies BusinessAction<{
  contract: Address
  id: Hex
  place: number
  approve: boolean
  reason: Hex
  title: string
}>

export const withdrawComposition = {
  title: 'Withdraw the composition',
  describe: ({ title }) => [['Taken back', title]],
  prepare: ({ contract, id }) => ({ ...compositions(contract), functionName: 'withdraw', args: [id] }),
} satisfies BusinessAction<{ contract: Address; id: Hex; title: string }>
