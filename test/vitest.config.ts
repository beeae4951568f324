import { defineConfig } from 'vitest/config'

// Two stories side by side, each with a whole marketplace of its own: much of a story is waiting for the other parts.
export default defineConfig({
  test: {
    include: ['test/stories/**/*.story.ts'],
    globalSetup: ['test/prepare.ts'],
    testTimeout: 900_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
})
