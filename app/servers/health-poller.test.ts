import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
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

const down: ServerHealth = { kind: "failed", reason: "It is down." }

test("a server that stays down is asked less and less; one good answer ends that", async () => {
  let health = down as ServerHealth
  const { poller, asked } = make(async () => health)
  poller.watch([a])
  const askedIn = async (count: number) => {
    const before = asked.length
    await seconds(count)
    return asked.length - before
  }
  expect(await askedIn(31)).toBe(2)
  expect(await askedIn(180)).toBe(3)
  health = healthy
  await seconds(60)
  expect(await askedIn(30)).toBe(3)
  poller.stop()
})

test("the network that is back, a look at the tab, and word of a change are reasons to ask at once again", async () => {
  const { poller, asked, turn } = make(async () => down)
  poller.watch([a])
  const reasons = {
    online: () => window.dispatchEvent(new Event("online")),
    seen: () => {
      turn(true)
      turn(false)
    },
    news: () => poller.probeNow("a:1"),
  }
  for (const [name, happens] of Object.entries(reasons)) {
    await seconds(100)
    const before = asked.length
    happens()
    await seconds(1)
    expect(asked.length - before, name).toBe(1)
    await seconds(10)
    expect(asked.length - before, name).toBe(2)
  }
  poller.stop()
})

test("while Sandbar itself is gone the servers are down; when it answers for one, all are asked again", async () => {
  const gone: ServerHealth = { kind: "failed", reason: "Sandbar does not answer.", unasked: true }
  let health = gone as ServerHealth
  const { poller, asked, reports } = make(async () => health)
  poller.watch([a, b])
  await seconds(75)
  const before = asked.length
  health = healthy
  poller.probeNow("a:1")
  await seconds(1)
  expect(asked.slice(before)).toEqual(["a:1", "b:1"])
  expect(reports.at(-1)).toEqual(["b:1", "healthy"])
  poller.stop()
})

test("hanging servers leave connections for the rest of the page, and the unknown come before the known", async () => {
  const answers: ((health: ServerHealth) => void)[] = []
  const { poller, asked } = make(() => new Promise((resolve) => answers.push(resolve)))
  const many = [1, 2, 3, 4, 5].map((index) => server(`s${index}:1`))
  poller.watch(many)
  await seconds(10)
  expect(asked).toEqual(["s1:1", "s2:1", "s3:1"])
  answers[0]?.(healthy)
  await seconds(1)
  expect(asked.at(-1)).toBe("s4:1")
  await seconds(10)
  answers[1]?.(healthy)
  await seconds(1)
  expect(asked.at(-1)).toBe("s5:1")
  poller.stop()
})

test("word of a change while a look is under way is followed by another look, for the first one missed it", async () => {
  const answers: ((health: ServerHealth) => void)[] = []
  const { poller, asked } = make(() => new Promise((resolve) => answers.push(resolve)))
  poller.watch([a])
  poller.probeNow("a:1")
  await seconds(2)
  expect(asked).toHaveLength(1)
  poller.probeNow("a:1")
  answers[0]?.(down)
  await seconds(0)
  expect(asked).toHaveLength(2)
  poller.stop()
})

test("a server that only got another name is not asked again, and keeps its health", async () => {
  const { poller, asked, reports } = make(async () => healthy)
  poller.watch([a])
  await seconds(0)
  poller.watch([{ ...a, name: "Alpha" }])
  await seconds(1)
  expect(asked).toHaveLength(1)
  expect(reports.at(-1)).toEqual(["a:1", "healthy"])
  poller.stop()
})

test("a hidden tab does not act on word of a change; it asks once it is seen", async () => {
  const { poller, asked, turn } = make(async () => healthy)
  poller.watch([a])
  await seconds(1)
  turn(true)
  poller.probeNow("a:1")
  await seconds(5)
  expect(asked).toHaveLength(1)
  turn(false)
  await seconds(0)
  expect(asked).toHaveLength(2)
  poller.stop()
})

describe("when the proxy has had enough of this browser", () => {
  const crowded = (retryMs: number): ServerHealth => ({
    kind: "failed",
    reason: "Too many requests.",
    unasked: true,
    retryMs,
  })

  test("what is known of a server stays; of a new one the proxy's sentence is shown", async () => {
    let health = healthy as ServerHealth
    const { poller, reports } = make(async () => health)
    poller.watch([a])
    await seconds(0)
    health = crowded(1_000)
    poller.watch([a, b])
    await seconds(30)
    expect(reports.filter(([id]) => id === "a:1").map(([, kind]) => kind)).not.toContain("failed")
    expect(reports.findLast(([id]) => id === "b:1")).toEqual(["b:1", "failed"])
    health = healthy
    await seconds(11)
    expect(reports.at(-1)).toEqual(["b:1", "healthy"])
    poller.stop()
  })

  test("nobody is asked before the time that it named", async () => {
    const many = [1, 2, 3, 4, 5].map((index) => server(`s${index}:1`))
    const { poller, asked } = make(async ({ id }) => (id === "s2:1" ? crowded(25_000) : healthy))
    poller.watch(many)
    await seconds(1)
    const before = asked.length
    expect(before).toBeLessThan(many.length)
    await seconds(23)
    expect(asked).toHaveLength(before)
    await seconds(2)
    expect(asked.length).toBeGreaterThan(before)
    poller.stop()
  })

  test("a good answer about another server is no reason to ask again", async () => {
    const { poller, asked } = make(async ({ id }) => (id === "b:1" ? crowded(1_000) : healthy))
    poller.watch([a, b])
    for (let second = 0; second < 9; second++) {
      await seconds(1)
      poller.probeNow("a:1")
    }
    expect(asked.filter((id) => id === "a:1")).toHaveLength(10)
    expect(asked.filter((id) => id === "b:1")).toHaveLength(1)
    poller.stop()
  })

  test("its good answers do not make those that were refused ask again at once", async () => {
    const many = Array.from({ length: 200 }, (_, index) => server(`s${index}:1`))
    let left = 100
    const refill = setInterval(() => {
      left = 100
    }, 10_000)
    const { poller, asked, reports } = make(async () => (left-- > 0 ? healthy : crowded(1_000)))
    poller.watch(many)
    await seconds(60)
    // 100 of them are answered each round. A few more ask in vain, and then it is quiet for a second.
    expect(asked.length).toBeGreaterThan(400)
    expect(asked.length).toBeLessThan(60 * (10 + 6))
    const last = new Map(reports)
    expect([...last.values()].filter((kind) => kind !== "healthy")).toEqual([])
    clearInterval(refill)
    poller.stop()
  })
})
