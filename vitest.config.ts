import solid from "vite-plugin-solid"
import { defineConfig } from "vitest/config"

// Vitest runs under Bun; its forks pool crashes there, so threads it is.
const shared = { pool: "threads" as const, server: { deps: { inline: [/solid/] } } }

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
          include: ["app/**/*.test.{ts,tsx}", "tests/screens/**/*.test.tsx", "tests/model/**/*.test.ts"],
          // Whoever is first loads a grammar or a library for everybody; on a busy machine that takes its time.
          testTimeout: 20_000,
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
        },
      },
      {
        test: {
          ...shared,
          name: "e2e",
          environment: "node",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
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
