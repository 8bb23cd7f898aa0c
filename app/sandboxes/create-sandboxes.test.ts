import { createRoot } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import {
  aSandbox,
  at,
  makeSandboxApi,
  problem,
  type SandboxApi,
  startMs,
} from "../../tests/fakes/sandbox-api.ts"
import { makeTestClock, settle } from "../../tests/fakes/test-clock.ts"
import type { NoticeInput } from "../ui/notices.tsx"
import { createSandboxes } from "./create-sandboxes.ts"

let dispose: () => void = () => undefined
beforeEach(() => sessionStorage.clear())
afterEach(() => dispose())

class Page extends EventTarget {
  hidden = false
  show(hidden: boolean) {
    this.hidden = hidden
    this.dispatchEvent(new Event("visibilitychange"))
  }
}

async function open(api: SandboxApi, shown?: string) {
  const clock = makeTestClock(startMs)
  const page = new Page()
  const notices: NoticeInput[] = []
  const opened = vi.fn()
  const sandboxes = createRoot((end) => {
    dispose = end
    return createSandboxes({
      fetch: api.fetch,
      clock,
      page: page as unknown as Document,
      shownId: () => shown,
      open: opened,
      notify: (notice) => {
        notices.push(notice)
        return () => undefined
      },
    })
  })
  await settle()
  return { sandboxes, clock, page, notices, opened }
}

test("the list is asked for every 10 s, and every 2 s while something is on its way", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox()] })
  const { sandboxes, clock } = await open(api)
  expect(sandboxes.find("sb-aaaaaaaaaaaa")?.name).toBe("shop")
  await clock.advance(9_000)
  expect(api.looks()).toBe(1)
  await clock.advance(1_000)
  expect(api.looks()).toBe(2)
  api.change("sb-aaaaaaaaaaaa", { state: "stopping" })
  await clock.advance(10_000)
  await clock.advance(4_000)
  expect(api.looks()).toBe(5)
})

test("nobody asks while the page is hidden, and at once when it is seen again", async () => {
  const api = makeSandboxApi()
  const { clock, page } = await open(api)
  page.show(true)
  await clock.advance(60_000)
  expect(api.looks()).toBe(1)
  page.show(false)
  await settle()
  expect(api.looks()).toBe(2)
})

test("a proxy that does not answer is said in a sentence, and the list stays", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox()] })
  const { sandboxes, clock } = await open(api)
  api.state.instead = () => {
    throw new TypeError("Failed to fetch")
  }
  await clock.advance(10_000)
  expect(sandboxes.trouble()).toBe(
    "The connection broke off. Check your network and whether Sandbar is still running.",
  )
  expect(sandboxes.list()).toHaveLength(1)
  api.state.instead = () => undefined
  await clock.advance(10_000)
  expect(sandboxes.trouble()).toBeUndefined()
})

/** An installation whose clock is that far ahead of this computer's. */
function makeApiAhead(ms: number): SandboxApi {
  const api = makeSandboxApi()
  api.state.instead = ({ path }) =>
    path === ""
      ? Response.json(
          { sandboxes: [], data: [], most: 1 },
          { headers: { date: new Date(startMs + ms).toUTCString() } },
        )
      : undefined
  return api
}

test("countdowns go by the proxy's clock, whatever this computer's says", async () => {
  const api = makeApiAhead(3_600_000)
  const { sandboxes, clock } = await open(api)
  expect(sandboxes.now()).toBe(startMs + 3_600_000)
  await clock.advance(5_000)
  expect(sandboxes.timeNow()).toBe(startMs + 3_605_000)
})

test("a clock that seems behind only because dates have whole seconds is taken for the same", async () => {
  const { sandboxes } = await open(makeApiAhead(-1_000))
  expect(sandboxes.timeNow()).toBe(startMs)
})

test("two wishes to wake are one request, and it counts as starting before the list says so", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox({ state: "stopped" })] })
  const { sandboxes } = await open(api)
  const both = Promise.all([sandboxes.wake("sb-aaaaaaaaaaaa"), sandboxes.wake("sb-aaaaaaaaaaaa")])
  expect(sandboxes.isWaking("sb-aaaaaaaaaaaa")).toBe(true)
  await both
  await settle()
  expect(api.acts()).toEqual(["POST /sb-aaaaaaaaaaaa/wake"])
  expect(sandboxes.isWaking("sb-aaaaaaaaaaaa")).toBe(false)
  expect(sandboxes.find("sb-aaaaaaaaaaaa")?.state).toBe("starting")
})

test("a wake that is refused says why, and no longer counts as starting", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox({ state: "stopped" })] })
  const { sandboxes } = await open(api)
  api.state.instead = ({ method }) =>
    method === "POST" ? problem(403, "sandbox.refused", "The namespace is full.") : undefined
  await expect(sandboxes.wake("sb-aaaaaaaaaaaa")).rejects.toThrow("The namespace is full.")
  expect(sandboxes.isWaking("sb-aaaaaaaaaaaa")).toBe(false)
})

const request = { template: "small", name: "shop", repository: "https://git.test/team/shop", branch: null }

test("who left before a start was over is told when it is ready, and opens it from there", async () => {
  const api = makeSandboxApi()
  const { sandboxes, clock, notices, opened } = await open(api)
  await sandboxes.spawn(request)
  await clock.advance(2_000)
  expect(notices).toEqual([])
  api.change("sb-eeeeeeeeeeee", { state: "ready" })
  await clock.advance(2_000)
  expect(notices.map(({ text }) => text)).toEqual(["“shop” is ready."])
  notices[0]?.action?.run()
  expect(opened).toHaveBeenCalledWith("sb-eeeeeeeeeeee", "server")
  await clock.advance(20_000)
  expect(notices).toHaveLength(1)
})

test("who watches the start, or has the server open, is told nothing", async () => {
  const watched = makeSandboxApi({ sandboxes: [aSandbox({ state: "stopped" })] })
  const first = await open(watched)
  first.sandboxes.attend("sb-aaaaaaaaaaaa")
  await first.sandboxes.wake("sb-aaaaaaaaaaaa")
  watched.change("sb-aaaaaaaaaaaa", { state: "ready" })
  await first.clock.advance(2_000)
  expect(first.notices).toEqual([])
  dispose()
  const shown = makeSandboxApi({ sandboxes: [aSandbox({ state: "stopped" })] })
  const second = await open(shown, "sb-aaaaaaaaaaaa")
  await second.sandboxes.wake("sb-aaaaaaaaaaaa")
  shown.change("sb-aaaaaaaaaaaa", { state: "ready" })
  await second.clock.advance(2_000)
  expect(second.notices).toEqual([])
})

test("a start that fails out of sight is told, and leads to why", async () => {
  const api = makeSandboxApi()
  const { sandboxes, clock, notices, opened } = await open(api)
  await sandboxes.spawn(request)
  api.change("sb-eeeeeeeeeeee", { state: "failed" })
  await clock.advance(2_000)
  expect(notices[0]).toMatchObject({ kind: "danger", text: "“shop” does not start." })
  notices[0]?.action?.run()
  expect(opened).toHaveBeenCalledWith("sb-eeeeeeeeeeee", "progress")
})

test("spawning what is there already and sleeps wakes it", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox({ state: "stopped" })] })
  const { sandboxes } = await open(api)
  await sandboxes.spawn(request)
  expect(api.acts()).toEqual(["POST ", "POST /sb-aaaaaaaaaaaa/wake"])
})

test("an older proxy that says nothing of it: no start counts as fresh, and kept data has no directory", async () => {
  const { isFresh: _, ...old } = aSandbox({ state: "starting" })
  const kept = {
    ...{ id: "sb-dddddddddddd", name: "old", repository: null, branch: null, template: "small" },
    ...{ createdAt: at(0), keptSince: at(0) },
  }
  const api = makeSandboxApi()
  api.state.instead = () => Response.json({ sandboxes: [old], data: [kept], most: 2 })
  const { sandboxes } = await open(api)
  expect(sandboxes.trouble()).toBeUndefined()
  expect(sandboxes.list().map(({ isFresh }) => isFresh)).toEqual([false])
  expect(sandboxes.data().map(({ directory }) => directory)).toEqual([null])
})
