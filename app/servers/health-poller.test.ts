import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeHealthPoller } from "./health-poller.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"

const server = (id: string): Server => ({ id, name: id, url: `http://${id}`, provided: false })
const a = server("a:1")
const b = server("b:1")
const healthy: ServerHealth = { kind: "healthy", version: "1", latencyMs: 1 }

function makePage() {
  const page = Object.assign(new EventTarget(), { hidden: false })
  const turn = (hidden: boolean) => {
    page.hidden = hidden
    page.dispatchEvent(new Event("visibilitychange"))
  }
  return { page: page as unknown as Document, turn }
}

function make(probe: (server: Server, signal: AbortSignal) => Promise<ServerHealth>, hidden = false) {
  const { page, turn } = makePage()
  turn(hidden)
  const asked: string[] = []
  const reports: [string, string][] = []
  const poller = makeHealthPoller({
    page,
    probe: (server, signal) => {
      asked.push(server.id)
      return probe(server, signal)
    },
    report: (id, health) => reports.push([id, health.kind]),
  })
  return { poller, turn, asked, reports }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000)
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("every server is asked at once and then every 10 s", async () => {
  const { poller, asked } = make(async () => healthy)
  poller.watch([a, b])
  expect(asked).toEqual(["a:1", "b:1"])
  await seconds(9)
  expect(asked).toHaveLength(2)
  await seconds(1)
  expect(asked).toEqual(["a:1", "b:1", "a:1", "b:1"])
  poller.stop()
})

test("a server that does not answer holds up no other, and is not asked twice at the same time", async () => {
  const { poller, asked, reports } = make((server) =>
    server === a ? new Promise(() => undefined) : Promise.resolve(healthy),
  )
  poller.watch([a, b])
  await seconds(10)
  expect(asked).toEqual(["a:1", "b:1", "b:1"])
  expect(reports.filter(([id]) => id === "b:1").map(([, kind]) => kind)).toEqual([
    "checking",
    "healthy",
    "healthy",
  ])
  poller.stop()
})

test("a hidden tab asks nobody; once it is seen again it asks everybody at once", async () => {
  const { poller, turn, asked } = make(async () => healthy)
  poller.watch([a])
  turn(true)
  await seconds(60)
  expect(asked).toHaveLength(1)
  turn(false)
  expect(asked).toHaveLength(2)
  await seconds(10)
  expect(asked).toHaveLength(3)
  poller.stop()
})

test("a tab that starts hidden asks nobody until it is seen", async () => {
  const { poller, turn, asked } = make(async () => healthy, true)
  poller.watch([a])
  await seconds(30)
  expect(asked).toEqual([])
  turn(false)
  expect(asked).toEqual(["a:1"])
  poller.stop()
})

test("an edited server is asked at once, and the answer to the old question is dropped", async () => {
  const answers: ((health: ServerHealth) => void)[] = []
  const { poller, reports } = make(() => new Promise((resolve) => answers.push(resolve)))
  poller.watch([a])
  poller.watch([{ ...a, password: "new" }])
  expect(answers).toHaveLength(2)
  answers[0]?.({ kind: "wrong-password" })
  await seconds(0)
  answers[1]?.(healthy)
  await seconds(0)
  expect(reports.map(([, kind]) => kind)).toEqual(["checking", "checking", "healthy"])
  poller.stop()
})

test("watching the same servers again asks nothing new", () => {
  const { poller, asked } = make(async () => healthy)
  poller.watch([a])
  poller.watch([a])
  expect(asked).toHaveLength(1)
  poller.stop()
})

test("a removed server and a stopped poller end their requests", async () => {
  const signals: AbortSignal[] = []
  const { poller, asked, turn } = make((_, signal) => {
    signals.push(signal)
    return new Promise(() => undefined)
  })
  poller.watch([a, b])
  poller.watch([b])
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false])
  poller.stop()
  expect(signals[1]?.aborted).toBe(true)
  await seconds(30)
  turn(false)
  expect(asked).toHaveLength(2)
})

test("one server can be asked out of turn, without asking the others", async () => {
  const { poller, asked } = make(async () => healthy)
  poller.watch([a, b])
  await seconds(0)
  poller.probeNow("b:1")
  poller.probeNow("unknown:1")
  expect(asked).toEqual(["a:1", "b:1", "b:1"])
  poller.stop()
})
