// Several tabs of one browser: the real BroadcastChannel, a fake of Web Locks.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { type HealthMessage, openHealthChannel } from "./health-channel.ts"
import { makeHealthPoller } from "./health-poller.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"

const server = (id: string, more: Partial<Server> = {}): Server => ({
  id,
  name: id,
  url: `http://${id}`,
  provided: false,
  ...more,
})
const [a, b] = [server("a:1"), server("b:1")]
const healthy: ServerHealth = { kind: "healthy", version: "1", latencyMs: 1, waiting: 1 }
const down: ServerHealth = { kind: "failed", reason: "It is down." }
const really = globalThis.setTimeout
/** Messages between tabs are delivered by the browser, whatever the test's clock says. */
const deliver = () => new Promise((resolve) => really(resolve, 1))

/** Lets time pass in small pieces, with the messages in between. */
async function seconds(count: number) {
  for (let piece = 0; piece < count * 10; piece++) {
    await vi.advanceTimersByTimeAsync(100)
    await deliver()
  }
}

let stops: (() => void)[] = []
function makeBrowser(answer: (server: Server, tab: string) => ServerHealth | Promise<ServerHealth>) {
  const locks = makeFakeLocks()
  const asked: string[] = []
  const open = (name: string, servers: readonly Server[], hidden = false) => {
    const page = Object.assign(new EventTarget(), { hidden })
    const browser = locks.tab()
    const seen: Record<string, string[]> = {}
    const poller = makeHealthPoller({
      page: page as unknown as Document,
      tabs: { locks: browser.locks, channel: openHealthChannel() },
      probe: async (server) => {
        asked.push(`${name} ${server.id}`)
        return answer(server, name)
      },
      report(id, health) {
        seen[id] ??= []
        if (health.kind !== "checking") seen[id].push(health.kind)
      },
      random: () => 0.5,
    })
    poller.watch(servers)
    stops.push(poller.stop)
    const turn = (to: boolean) => {
      page.hidden = to
      page.dispatchEvent(new Event("visibilitychange"))
    }
    const crash = () => {
      browser.crash()
      poller.stop()
    }
    return { poller, seen, turn, crash }
  }
  const take = () => asked.splice(0)
  return { open, take }
}

/** All that is said between the tabs from now on. */
function overhear() {
  const channel = openHealthChannel()
  const heard: HealthMessage[] = []
  channel.listen((message) => heard.push(message))
  stops.push(channel.close)
  return { heard }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(async () => {
  for (const stop of stops) stop()
  stops = []
  vi.useRealTimers()
  await deliver()
})

describe("tabs that are open together", () => {
  test("one asks for all, once per server and round, and all of them know", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const tabs = ["one", "two", "three", "four"].map((name) => open(name, [a, b]))
    await seconds(1)
    expect(take()).toEqual(["one a:1", "one b:1"])
    const { heard } = overhear()
    await seconds(30)
    // While the one does its work, the others have nothing to say.
    expect(heard.filter(({ kind }) => kind === "wanted")).toEqual([])
    expect(take()).toEqual(Array(3).fill(["one a:1", "one b:1"]).flat())
    for (const { seen } of tabs) expect(seen["a:1"]?.length).toBeGreaterThanOrEqual(4)
  })

  test("a new tab knows at once what the others know, without a request", async () => {
    const { open, take } = makeBrowser((server) => (server.id === "a:1" ? healthy : down))
    open("one", [a, b])
    await seconds(1)
    take()
    const late = open("late", [a, b])
    await seconds(0.2)
    expect(late.seen).toEqual({ "a:1": ["healthy"], "b:1": ["failed"] })
    await seconds(2)
    expect(take()).toEqual([])
  })

  test("a new tab knows it from hidden tabs too, and asks in their place from then on", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const old = open("old", [a])
    await seconds(1)
    old.turn(true)
    const late = open("late", [a])
    await seconds(0.3)
    expect(late.seen["a:1"]).toEqual(["healthy"])
    expect(take()).toEqual(["old a:1"])
    await seconds(30)
    expect(take()).toEqual(["late a:1", "late a:1", "late a:1"])
  })

  test("200 servers in five tabs cost 200 requests a round", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const many = Array.from({ length: 200 }, (_, index) => server(`s${index}:1`))
    const tabs = ["one", "two", "three", "four", "five"].map((name) => open(name, many))
    await seconds(2)
    expect(take().sort()).toEqual(many.map(({ id }) => `one ${id}`).sort())
    await seconds(10)
    expect(take().sort()).toEqual(many.map(({ id }) => `one ${id}`).sort())
    for (const { seen } of tabs) expect(Object.keys(seen)).toHaveLength(200)
  })

  test("when every tab notices the same thing, one looks, at once", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const tabs = ["one", "two", "three"].map((name) => open(name, [a, b]))
    await seconds(2)
    take()
    const { heard } = overhear()
    for (const { poller } of tabs) poller.probeNow("b:1")
    await seconds(0.2)
    expect(take()).toEqual(["one b:1"])
    await seconds(5)
    expect(take()).toEqual([])
    // Both of the others ask the one that looks, and nobody asks them in turn.
    expect(heard.filter(({ kind }) => kind === "wanted")).toHaveLength(2)
  })
})

describe("the tab that asks", () => {
  test("crashes: another goes on within a round", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const one = open("one", [a])
    open("two", [a])
    await seconds(5)
    take()
    one.crash()
    await seconds(6)
    expect(take()).toEqual(["two a:1"])
  })

  test("crashes in the middle of a look: another looks at once", async () => {
    const { open, take } = makeBrowser((_, tab) => (tab === "one" ? new Promise(() => undefined) : healthy))
    const one = open("one", [a])
    const two = open("two", [a])
    await seconds(1)
    one.crash()
    await seconds(0.2)
    expect(take()).toEqual(["one a:1", "two a:1"])
    expect(two.seen["a:1"]).toEqual(["healthy"])
  })

  test("is hidden: one that is seen goes on; while all are hidden, nobody asks", async () => {
    const { open, take } = makeBrowser(() => healthy)
    const one = open("one", [a])
    const two = open("two", [a])
    await seconds(1)
    take()
    one.turn(true)
    await seconds(20)
    expect(take()).toEqual(["two a:1", "two a:1"])
    two.turn(true)
    await seconds(60)
    expect(take()).toEqual([])
    one.turn(false)
    await seconds(0.4)
    expect(take()).toEqual(["one a:1"])
    expect(two.seen["a:1"]?.length).toBe(one.seen["a:1"]?.length)
  })

  test("falls silent without letting go: after two rounds the others look themselves, one of them", async () => {
    let frozen = false
    const { open, take } = makeBrowser((_, tab) =>
      frozen && tab === "one" ? new Promise(() => undefined) : healthy,
    )
    open("one", [a])
    open("two", [a])
    open("three", [a])
    await seconds(1)
    frozen = true
    await seconds(9.5)
    expect(take()).toEqual(["one a:1", "one a:1"])
    await seconds(13)
    expect(take()).toHaveLength(1)
    await seconds(10)
    expect(take()).toHaveLength(1)
  })
})

describe("what only one of them has", () => {
  test("a server that the asking tab does not know is asked by one that does, in every round", async () => {
    const { open, take } = makeBrowser(() => healthy)
    open("one", [a])
    const two = open("two", [a, b])
    open("three", [b])
    await seconds(1)
    expect(take().sort()).toEqual(["one a:1", "two b:1"])
    expect(two.seen["b:1"]).toEqual(["healthy"])
    await seconds(20)
    expect(take().filter((line) => line.endsWith("b:1"))).toHaveLength(2)
  })

  test("a result that was found with another password, or with one of unknown origin, is not taken over", async () => {
    const { open, take } = makeBrowser(({ password }) =>
      password === "right" ? healthy : { kind: "wrong-password" },
    )
    const right = { password: "right", credentialId: "1" }
    const one = open("one", [server("a:1", right)])
    const same = open("same", [server("a:1", right)])
    const other = open("other", [server("a:1", { password: "wrong", credentialId: "2" })])
    const unknown = open("unknown", [server("a:1", { password: "wrong" })])
    const without = open("without", [a])
    await seconds(1)
    expect([one, same, other, unknown, without].map(({ seen }) => seen["a:1"]?.at(-1))).toEqual([
      "healthy",
      "healthy",
      "wrong-password",
      "wrong-password",
      "wrong-password",
    ])
    expect(take().sort()).toEqual(["one a:1", "other a:1", "unknown a:1", "without a:1"])
  })

  test("a changed password is tried at once, and only once when every tab gets it", async () => {
    const { open, take } = makeBrowser(({ password }) => (password ? healthy : { kind: "needs-password" }))
    const tabs = ["one", "two", "three"].map((name) => open(name, [a]))
    await seconds(30)
    take()
    const now = server("a:1", { password: "s", credentialId: "new" })
    // The person types it in the last one; the others hear of it a moment later.
    tabs[2]?.poller.watch([now])
    await deliver()
    for (const { poller } of tabs) poller.watch([now])
    await seconds(0.5)
    expect(take()).toEqual(["one a:1"])
    for (const { seen } of tabs) expect(seen["a:1"]?.at(-1)).toBe("healthy")
  })
})

describe("a server that stays down", () => {
  test("is asked less and less, by all tabs together, also after the asking tab is gone", async () => {
    const { open, take } = makeBrowser(() => down)
    const one = open("one", [a])
    open("two", [a])
    await seconds(32)
    expect(take()).toEqual(["one a:1", "one a:1", "one a:1"])
    one.crash()
    await seconds(60)
    expect(take()).toHaveLength(1)
  })

  test("is asked every 10 s again after a sign of life that another tab saw", async () => {
    let health = down as ServerHealth
    const { open, take } = makeBrowser(() => health)
    open("one", [a])
    const two = open("two", [a])
    await seconds(80)
    take()
    health = healthy
    two.poller.probeNow("a:1")
    await seconds(20.5)
    expect(take()).toEqual(["one a:1", "one a:1", "one a:1"])
  })
})

test("no password and no user name goes over the channel", async () => {
  const { heard } = overhear()
  const { open } = makeBrowser(() => healthy)
  const secret = server("a:1", { username: "ada", password: "hunter2", credentialId: "id1" })
  open("one", [secret])
  open("two", [secret]).poller.probeNow("a:1")
  await seconds(12)
  expect(heard.length).toBeGreaterThan(3)
  expect(JSON.stringify(heard)).not.toMatch(/hunter2|ada/)
  expect(JSON.stringify(heard)).toContain("id1")
})
