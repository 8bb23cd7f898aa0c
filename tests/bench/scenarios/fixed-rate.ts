// How long one request takes when there is no hurry: 200 a second, each sent when its time has come and not when
// an earlier answer came back.
import type { Place } from "../columns.ts"
import { type Connection, openConnection } from "../connection.ts"
import { refusalIn, requestText } from "../request-text.ts"
import type { Scenario } from "../scenario.ts"
import { quantile } from "../statistics.ts"

const perSecond = 200

export const fixedRate: Scenario = {
  name: "latency",
  columns: ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 3,
  measures: [
    { key: "p50", label: `latency at ${perSecond} requests/s, p50`, unit: "µs", digits: 0 },
    { key: "p99", label: `latency at ${perSecond} requests/s, p99`, unit: "µs", digits: 0 },
  ],
  warmUp: async (column) => {
    await probe(column.places.pages, 500, 1_000)
  },
  async run(column, { quick }) {
    const micros = await probe(column.places.pages, perSecond, quick ? 150 : 600)
    return { p50: quantile(micros, 0.5), p99: quantile(micros, 0.99) }
  },
}

type Lane = { connection: Connection; since: number }

/** Microseconds from the moment that a request is due to the last byte of its answer. */
async function probe(place: Place, rate: number, count: number): Promise<number[]> {
  const micros: number[] = []
  const done = Promise.withResolvers<void>()
  const overdue: number[] = []
  const idle: Lane[] = []
  const text = requestText(place, "GET", "/page")

  const send = (lane: Lane, due: number) => {
    lane.since = due
    lane.connection.write(text)
  }
  const onAnswer = (lane: Lane) => {
    micros.push((performance.now() - lane.since) * 1_000)
    if (micros.length === count) done.resolve()
    const due = overdue.shift()
    if (due === undefined) idle.push(lane)
    else send(lane, due)
  }
  const lanes = await Promise.all(Array.from({ length: 8 }, () => openLane(place, onAnswer, done.reject)))
  idle.push(...lanes)

  let sent = 0
  const timer = setInterval(() => {
    if (++sent === count) clearInterval(timer)
    const lane = idle.shift()
    if (lane) send(lane, performance.now())
    else overdue.push(performance.now())
  }, 1_000 / rate)
  await done.promise.finally(() => clearInterval(timer))
  for (const lane of lanes) lane.connection.close()
  return micros
}

async function openLane(
  place: Place,
  onAnswer: (lane: Lane) => void,
  fail: (why: Error) => void,
): Promise<Lane> {
  const connection = await openConnection(place.port, {
    onHead(head) {
      const refusal = refusalIn(head)
      if (refusal) fail(refusal)
    },
    onEnd: () => onAnswer(lane),
  })
  const lane: Lane = { connection, since: 0 }
  return lane
}
