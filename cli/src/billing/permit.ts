import { type Address, type Hex, type LocalAccount, type PublicClient, parseAbi, parseSignature } from 'viem'

const TOKEN = parseAbi([
  'function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)',
  'function nonces(address owner) view returns (uint256)',
])
const WITHIN = 3600n

/** An ERC-2612 permit: the escrow may take an amount of the signer's tokens. `[deadline, v, r, s]` */
export async function signPermit(
  client: PublicClient,
  signer: LocalAccount,
  { token, spender, value }: { token: Address; spender: Address; value: bigint },
): Promise<readonly [bigint, number, Hex, Hex]> {
  const contract = { address: token, abi: TOKEN } as const
  const [[, name, version, chainId, verifyingContract], nonce, { timestamp }] = await Promise.all([
    client.readContract({ ...contract, functionName: 'eip712Domain' }),
    client.readContract({ ...contract, functionName: 'nonces', args: [signer.address] }),
    client.getBlock(),
  ])
  const deadline = timestamp + WITHIN
  const signature = await signer.signTypedData({
    domain: { name, version, chainId: Number(chainId), verifyingContract },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: signer.address, spender, value, nonce, deadline },
  })
  const { r, s, yParity } = parseSignature(signature)
  return [deadline, 27 + yParity, r, s]
}
