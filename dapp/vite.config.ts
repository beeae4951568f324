import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The API serves `dist` and answers /v1, /chain and /subgraph at the same origin; the development server forwards them. */
const api = process.env.OPEM_API_URL ?? 'http://127.0.0.1:8400'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2022',
    // Data URLs would need `img-src data:` and `font-src data:` in the policy.
    assetsInlineLimit: 0,
    // Vite's polyfill is an inline script in old browsers; every browser we build for preloads modules itself.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  // The audit's thread loads parts of viem when it needs them.
  worker: { format: 'es' },
  server: { host: '127.0.0.1', port: 27000, strictPort: true, proxy: { '/v1': api, '/chain': api, '/subgraph': api } },
})
