// What one idle event stream costs in memory: resident memory of the proxy with 2,000 of them and without, in a
// fresh process that has done its share of requests and streams before, garbage collected both times.
import type { Column } from "../columns.ts"
import { openIdleStreams } from "../idle-streams.ts"
import { residentKb } from "../process-cost.ts"
import type { Scenario } from "../scenario.ts"

const count = 2_000

export const streamMemory: Scenario = {
  name: "memory",
  columns: ["nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 3,
  fresh: true,
  measures: [
    { key: "streamKb", label: "memory of an idle stream, of 2,000", unit: "KB", digits: 1 },
    { key: "baseMb", label: "memory of the process without them", unit: "MB", digits: 0 },
  ],
  async run(column, { generator }) {
    const { pages } = column.places
    await generator.run(pages, "/page", 1)
    const first = await openIdleStreams(pages, 200)
    await first.close()
    const before = await settled(column)
    const streams = await openIdleStreams(pages, count)
    const after = await settled(column)
    await streams.close()
    return { streamKb: (after - before) / count, baseMb: before / 1_024 }
  },
}

async function settled(column: Column): Promise<number> {
  await Bun.sleep(500)
  for (let i = 0; i < 2; i++) {
    await column.collectGarbage()
    await Bun.sleep(500)
  }
  return residentKb(column.pid)
}
