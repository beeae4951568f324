import { parseAbi } from 'viem'

const AGREEMENT =
  'struct Agreement { bytes32 listing; uint32 version; address provider; address consumer; bytes32 terms; uint8 plan; uint96 price; uint32 interval; uint16 feeBps; uint40 start; uint40 end; uint32 notice; uint64 salt; uint64 deadline; }'

export const listingRegistryAbi = parseAbi([
  'event ListingPublished(bytes32 indexed listing, address indexed provider, uint8 kind, uint32 version, bytes32 content, bytes32 providerContract, address approver)',
  'event ListingStateChanged(bytes32 indexed listing, uint8 previous, uint8 current, address by, bytes32 reason)',
  'event ListingOffered(bytes32 indexed listing, address indexed from, address indexed to)',
  'event ListingHandedOver(bytes32 indexed listing, address indexed previous, address indexed current)',
])
export const agreementRegistryAbi = parseAbi([
  AGREEMENT,
  'event AgreementConcluded(bytes32 indexed id, bytes32 indexed listing, address indexed consumer, Agreement agreement)',
  'event AgreementTerminated(bytes32 indexed id, address by, bool asProvider, uint40 endsAt, bytes32 reason)',
  'event AgreementExtended(bytes32 indexed id, uint40 previousEnd, uint40 end)',
])
