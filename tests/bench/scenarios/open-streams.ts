// What 2,000 open event streams do to the requests beside them.
import { openIdleStreams } from "../idle-streams.ts"
import type { Scenario } from "../scenario.ts"
import { measureRequests } from "./requests.ts"

const count = 2_000

export const openStreams: Scenario = {
  name: "streams",
  columns: ["nginx", "sandbar"],
  rounds: 4,
  measures: [
    { key: "beside", label: "requests/s beside 2,000 open streams, share of without", unit: "", digits: 2 },
    { key: "besidePerCore", label: "the same per second of CPU", unit: "", digits: 2 },
  ],
  warmUp: async (column, { generator, quick }) => {
    await measureRequests(column, generator, quick ? 1 : 3)
  },
  async run(column, { generator, quick }) {
    const seconds = quick ? 1 : 2
    const without = await measureRequests(column, generator, seconds)
    const streams = await openIdleStreams(column.places.pages, count)
    await Bun.sleep(500)
    const beside = await measureRequests(column, generator, seconds)
    await streams.close()
    await Bun.sleep(500)
    return {
      beside: (beside.requests ?? Number.NaN) / (without.requests ?? Number.NaN),
      besidePerCore: (beside.requestsPerCore ?? Number.NaN) / (without.requestsPerCore ?? Number.NaN),
    }
  },
}
