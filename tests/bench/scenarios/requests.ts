// Requests per second: pages of 1 KB over 64 connections. The generator and the target share the machine with the
// proxy, so what counts is how many requests one second of processor time of the proxy answers.
import type { Column } from "../columns.ts"
import type { Generator } from "../load.ts"
import { cpuSeconds } from "../process-cost.ts"
import type { Scenario, Values } from "../scenario.ts"

export const requests: Scenario = {
  name: "requests",
  columns: ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 5,
  measures: [
    { key: "requestsPerCore", label: "requests per second of CPU, 1 KB", unit: "", digits: 0 },
    { key: "requests", label: "requests/s, 1 KB, 64 connections", unit: "", digits: 0 },
  ],
  warmUp: async (column, { generator, quick }) => {
    await generator.run(column.places.pages, "/page", quick ? 2 : 4)
  },
  run: (column, { generator, quick }) => measureRequests(column, generator, quick ? 1 : 3),
}

export async function measureRequests(
  column: Column,
  generator: Generator,
  seconds: number,
): Promise<Values> {
  const before = cpuSeconds(column.pid)
  const { answers, seconds: took } = await generator.run(column.places.pages, "/page", seconds)
  const used = cpuSeconds(column.pid) - before
  return { requests: answers / took, requestsPerCore: answers / used }
}
