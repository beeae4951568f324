import { defineConfig } from 'vitest/config'

// Stories run one after another: each starts a whole marketplace on this machine.
export default defineConfig({
  test: {
    include: ['test/stories/**/*.story.ts'],
    testTimeout: 900_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
