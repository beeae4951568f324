// Runs in the page before anything else: announces a wallet by EIP-6963 that asks the test's process through `testWalletRequest`.
const provider = {
  on: () => provider,
  removeListener: () => provider,
  request: async ({ method, params = [] }) => {
    const { result, error } = await globalThis.testWalletRequest(method, params)
    if (error !== undefined) throw Object.assign(new Error(error), { code: -32_000 })
    return result
  },
}
const info = {
  uuid: '7c0f7e1e-6f0a-4a56-9f3a-0d6d1f6a2b11',
  name: 'Test Wallet',
  icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>',
  rdns: 'test.wallet',
}
const announce = () =>
  window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }))
window.addEventListener('eip6963:requestProvider', announce)
announce()
