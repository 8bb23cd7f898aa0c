import solid from "vite-plugin-solid"
import { defineConfig } from "vitest/config"

// Vitest runs under Bun; its forks pool crashes there, so threads it is.
const shared = {
  pool: "threads" as const,
  server: { deps: { inline: [/solid/] } },
  // What is waited for is late on a busy machine, and only a failure takes so long. One second is Vitest's own limit.
  expect: { poll: { timeout: 10_000 } },
}

/** Stories run two at a time, because most of a story is waiting. These compute (twenty pages, ten tabs), or measure. */
const aloneStories = ["faults", "first-look", "switching-heap", "ten-tabs"].map(
  (name) => `tests/e2e/${name}.test.ts`,
)
const stories = {
  ...shared,
  environment: "node" as const,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: ["tests/e2e/harness/unpack-chromium.ts"],
}

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [solid()],
        resolve: { conditions: ["browser", "development"] },
        test: {
          ...shared,
          name: "app",
          environment: "jsdom",
          setupFiles: ["tests/fakes/patient-queries.ts"],
          include: ["app/**/*.test.{ts,tsx}", "tests/screens/**/*.test.tsx", "tests/model/**/*.test.ts"],
          // Whoever is first loads a grammar or a library for everybody; on a busy machine that takes its time.
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: "proxy",
          environment: "node",
          include: [
            "proxy/**/*.test.ts",
            "shared/**/*.test.ts",
            "scripts/**/*.test.ts",
            "demo/**/*.test.ts",
            "tests/*.test.ts",
            "tests/wire/**/*.test.ts",
            "tests/bench/**/*.test.ts",
            "tests/faults/**/*.test.ts",
            "tests/sandbox-image/**/*.test.ts",
          ],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...stories,
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          exclude: aloneStories,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...stories,
          name: "e2e-alone",
          include: aloneStories,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...shared,
          name: "cluster",
          environment: "node",
          include: ["tests/cluster/**/*.test.ts"],
          globalSetup: ["tests/cluster/harness/start-shared-cluster.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
