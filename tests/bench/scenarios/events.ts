// Event streams: how long until the first event, and how much later than its birth each event arrives. The target
// runs in this process, so that both ends read the same clock.
import type { Place } from "../columns.ts"
import { openConnection } from "../connection.ts"
import { refusalIn, requestText } from "../request-text.ts"
import type { Scenario } from "../scenario.ts"
import { quantile } from "../statistics.ts"

const everyMs = 5

export const events: Scenario = {
  name: "events",
  columns: ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 3,
  measures: [
    { key: "firstByte", label: "event stream: request to first event, p50", unit: "µs", digits: 0 },
    { key: "delayP50", label: "event stream: delay of an event, p50", unit: "µs", digits: 0 },
    { key: "delayP99", label: "event stream: delay of an event, p99", unit: "µs", digits: 0 },
  ],
  warmUp: async (column) => {
    await firstEvents(column.places.events, 200)
    await delays(column.places.events, 300)
  },
  async run(column, { quick }) {
    const first = await firstEvents(column.places.events, quick ? 30 : 100)
    const delayed = await delays(column.places.events, quick ? 100 : 400)
    return {
      firstByte: quantile(first, 0.5),
      delayP50: quantile(delayed, 0.5),
      delayP99: quantile(delayed, 0.99),
    }
  },
}

async function firstEvents(place: Place, count: number): Promise<number[]> {
  const micros: number[] = []
  for (let i = 0; i < count; i++) {
    const first = Promise.withResolvers<void>()
    const stream = await openStream(place, { onEvent: () => first.resolve(), fail: first.reject })
    const began = performance.now()
    stream.ask(0)
    await first.promise
    micros.push((performance.now() - began) * 1_000)
    stream.close()
  }
  return micros
}

/** Microseconds. The first event is left out: the stream is still being set up around it. */
async function delays(place: Place, count: number): Promise<number[]> {
  const micros: number[] = []
  const done = Promise.withResolvers<void>()
  let isFirst = true
  const onEvent = (bornAt: number) => {
    if (!isFirst) micros.push((performance.now() - bornAt) * 1_000)
    isFirst = false
    if (micros.length === count) done.resolve()
  }
  const stream = await openStream(place, { onEvent, fail: done.reject })
  stream.ask(everyMs)
  await done.promise
  stream.close()
  return micros
}

type Listener = { onEvent: (bornAt: number) => void; fail: (why: Error) => void }

async function openStream(
  place: Place,
  { onEvent, fail }: Listener,
): Promise<{ ask: (every: number) => void; close: () => void }> {
  const connection = await openConnection(place.port, {
    onHead(head) {
      const refusal = refusalIn(head)
      if (refusal) fail(refusal)
    },
    onBody(bytes) {
      const text = Buffer.from(bytes).toString("latin1")
      for (const [, bornAt] of text.matchAll(/^data: (\S+)$/gm)) onEvent(Number(bornAt))
    },
  })
  const accept = { Accept: "text/event-stream" }
  return {
    ask: (every) => connection.write(requestText(place, "GET", `/events?every=${every}`, accept)),
    close: connection.close,
  }
}
