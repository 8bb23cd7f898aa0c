// Nothing that was typed is lost and nothing is sent twice, whatever breaks at whatever moment.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import {
  makePromptServer,
  type PromptServer,
  type PromptTab,
  tellTabs,
} from "../../tests/fakes/prompt-server.ts"
import { type FakeLocks, makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { makeTestClock, settle, type TestClock } from "../../tests/fakes/test-clock.ts"
import type { Place } from "./outbox-entry.ts"

let clock: TestClock
let server: PromptServer
let locks: FakeLocks
let tabs: PromptTab[]

beforeEach(() => {
  localStorage.clear()
  clock = makeTestClock()
  server = makePromptServer(clock)
  locks = makeFakeLocks()
  tabs = []
})
afterEach(() => {
  for (const tab of tabs) tab.close()
  vi.restoreAllMocks()
})

const open = async (options: { locks?: FakeLocks | undefined; live?: boolean } = {}) => {
  const { live = true } = options
  const tab = await server.openTab("locks" in options ? { live } : { locks, live })
  tabs.push(tab)
  return tab
}
const inSession: Place = { sessionID: "ses_1" }
const send = (tab: PromptTab, text: string, place: Place | undefined = inSession) =>
  tab.chat.outbox.send(place, { text })
const states = (tab: PromptTab) => tab.chat.outbox.entries().map((one) => [one.text, one.state])
const shown = (tab: PromptTab) =>
  tab.chat.state.messages.ses_1?.map((one) => [one.info.id, one.pending ?? false])
const pass = (ms = 400) => clock.advance(ms)

describe("without a server", () => {
  test("prompts wait, are shown, and go out once in their order when it is back", async () => {
    const tab = await open()
    tab.setLink("retrying")
    const ids = [send(tab, "one"), send(tab, "two")]
    await pass(60_000)
    expect(server.texts("ses_1")).toEqual([])
    expect(shown(tab)).toEqual(ids.map((id) => [id, true]))
    tab.setLink("live")
    await pass()
    expect(server.texts("ses_1")).toEqual(["one", "two"])
    expect([...server.posts.values()]).toEqual([1, 1])
    expect(states(tab)).toEqual([])
    expect(shown(tab)).toEqual(ids.map((id) => [id, false]))
  })

  test("a reload loses nothing, neither text nor order nor choice", async () => {
    const tab = await open()
    tab.setLink("offline")
    tab.chat.outbox.send(inSession, { text: "one", agent: "plan", model: { providerID: "p", modelID: "m" } })
    send(tab, "two")
    tab.close()
    const again = await open({ live: false })
    expect(again.chat.outbox.entries()).toMatchObject([
      { text: "one", agent: "plan", model: { providerID: "p", modelID: "m" } },
      { text: "two" },
    ])
    again.setLink("live")
    await pass()
    expect(server.texts("ses_1")).toEqual(["one", "two"])
  })

  test("a cancelled prompt is never sent, and its text is there to be collected, once", async () => {
    const tab = await open()
    tab.setLink("retrying")
    const id = send(tab, "one")
    tab.chat.outbox.cancel(id)
    expect(shown(tab)).toEqual([])
    tab.setLink("live")
    await pass(60_000)
    expect(server.texts("ses_1")).toEqual([])
    expect(tab.chat.outbox.collect(id)).toMatchObject({ text: "one", state: "back" })
    expect(tab.chat.outbox.collect(id)).toBeUndefined()
  })

  test("one that is not cancelled cannot be collected", async () => {
    const tab = await open()
    tab.setLink("retrying")
    expect(tab.chat.outbox.collect(send(tab, "one"))).toBeUndefined()
    expect(states(tab)).toEqual([["one", "waiting"]])
  })

  test("what waited for more than a day comes back as a draft instead of starting to work by itself", async () => {
    const tab = await open()
    tab.setLink("offline")
    send(tab, "one")
    tab.close()
    clock.jump(25 * 3_600_000)
    const again = await open()
    await pass()
    expect(server.texts("ses_1")).toEqual([])
    expect(again.chat.outbox.entries()).toMatchObject([
      { text: "one", state: "back", reason: "This prompt waited for more than a day, so it was not sent." },
    ])
  })

  test("a browser that stores nothing still sends, and says that only this tab has the text", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError")
    })
    const tab = await open()
    tab.setLink("retrying")
    send(tab, "one")
    tellTabs()
    expect(tab.chat.outbox.entries()).toMatchObject([{ text: "one", unkept: true }])
    tab.setLink("live")
    await pass()
    expect([server.texts("ses_1"), states(tab)]).toEqual([["one"], []])
  })
})

describe("a cut", () => {
  const prompts = "POST /session/ses_1/prompt_async"
  const during = (path: string, fault: "lost" | "unheard" | Response) => {
    server.fault = (asked) => (asked === path ? fault : undefined)
  }

  test.each(["lost", "unheard"] as const)("a request that is %s is made up for, once", async (fault) => {
    const tab = await open()
    during(prompts, fault)
    send(tab, "one")
    await pass()
    tab.setLink("retrying")
    server.fault = () => undefined
    await pass(5_000)
    tab.setLink("live")
    await pass(20_000)
    expect(server.texts("ses_1")).toEqual(["one"])
    expect([...server.posts.values()]).toEqual([1])
    expect(states(tab)).toEqual([])
  })

  test.each(["dead", "deaf"] as const)(
    "a request into a connection that is %s does not hold up the next for ever",
    async (fault) => {
      const tab = await open()
      let silent = true
      server.fault = (asked) => (silent && asked === prompts ? fault : undefined)
      send(tab, "one")
      await pass()
      send(tab, "two")
      await pass()
      expect(states(tab).map(([, state]) => state)).toEqual(["sending", "waiting"])
      silent = false
      // The link never noticed: only this request went nowhere.
      await pass(30_000)
      expect(server.texts("ses_1")).toEqual(["one", "two"])
      expect([...server.posts.values()]).toEqual([1, 1])
      expect(states(tab)).toEqual([])
    },
  )

  test.each(["lost", "unheard"] as const)(
    "a reload after a request that was %s sends it once",
    async (fault) => {
      const tab = await open()
      during(prompts, fault)
      send(tab, "one")
      await pass()
      tab.crash()
      server.fault = () => undefined
      const again = await open({ live: false })
      expect(states(again)).toEqual([["one", "sending"]])
      again.setLink("live")
      await pass(20_000)
      expect(server.texts("ses_1")).toEqual(["one"])
      expect([...server.posts.values()]).toEqual([1])
      expect(states(again)).toEqual([])
    },
  )

  test.each([
    ["lost", [], [["one", "back"]]],
    ["unheard", ["one"], []],
  ] as const)(
    "cancelled after a request that is %s, it is on the server or a draft again, never both",
    async (fault, stored, left) => {
      const tab = await open()
      during(prompts, fault)
      const id = send(tab, "one")
      await pass()
      tab.setLink("offline")
      tab.chat.outbox.cancel(id)
      expect(tab.chat.outbox.entries()).toMatchObject([{ state: "sending", cancelled: true }])
      server.fault = () => undefined
      tab.setLink("live")
      await pass(20_000)
      expect([server.texts("ses_1"), states(tab)]).toEqual([stored, left])
    },
  )

  test.each([502, 503, 504, 429, 401])("status %i of the way there keeps it waiting", async (status) => {
    const tab = await open()
    const code = status === 502 ? "target.unreachable" : "limit.busy"
    during(prompts, Response.json({ type: "", title: "", status, code, detail: "Not now." }, { status }))
    send(tab, "one")
    await pass(30_000)
    expect(states(tab)).toEqual([["one", "sending"]])
    server.fault = () => undefined
    await pass(20_000)
    expect(server.texts("ses_1")).toEqual(["one"])
  })

  test.each([400, 413, 500])("the server's own %i gives it back with the reason", async (status) => {
    const tab = await open()
    during(prompts, fromTarget(Response.json({ name: "X", data: { message: "I will not." } }, { status })))
    const id = send(tab, "one")
    await pass()
    expect(shown(tab)).toEqual([])
    expect(tab.chat.outbox.collect(id)).toMatchObject({ text: "one", reason: "I will not." })
  })

  test("a prompt for a session that is gone comes back without one", async () => {
    const tab = await open()
    tab.setLink("retrying")
    const id = send(tab, "one")
    server.sessions.delete("ses_1")
    tab.setLink("live")
    await pass()
    const back = tab.chat.outbox.collect(id)
    expect(back).toMatchObject({ text: "one", reason: expect.stringContaining("session not found") })
    expect(back?.sessionID).toBeUndefined()
  })

  test("a prompt that is held up does not hold up another session", async () => {
    server.sessions.set("ses_2", {})
    const tab = await open()
    during(prompts, "lost")
    send(tab, "one")
    send(tab, "two")
    send(tab, "other", { sessionID: "ses_2" })
    await pass(5_000)
    expect([server.texts("ses_1"), server.texts("ses_2")]).toEqual([[], ["other"]])
    server.fault = () => undefined
    await pass(20_000)
    expect(server.texts("ses_1")).toEqual(["one", "two"])
  })
})

describe("a session that does not exist yet", () => {
  test("is created once, with all that was said meanwhile in its order", async () => {
    const tab = await open()
    tab.setLink("offline")
    const first = send(tab, "one", {})
    tab.chat.outbox.cancel(first)
    const opens = tab.chat.outbox.send(undefined, { text: "two" })
    expect(tab.chat.outbox.entries()[1]?.opens).toBe(opens)
    tab.chat.outbox.send({ opens }, { text: "three" })
    tab.setLink("live")
    await pass(1_000)
    expect(server.texts("ses_new1")).toEqual(["two", "three"])
    expect([...server.sessions.keys()]).toEqual(["ses_1", "ses_new1"])
  })

  test.each(["lost", "unheard"] as const)("is created once when the answer to that was %s", async (fault) => {
    const tab = await open()
    server.fault = (path) => (path === "POST /session" ? fault : undefined)
    tab.chat.outbox.send(undefined, { text: "one" })
    await pass()
    tab.crash()
    server.fault = () => undefined
    await open()
    await pass(20_000)
    expect([...server.sessions.keys()]).toEqual(["ses_1", "ses_new1"])
    expect(server.texts("ses_new1")).toEqual(["one"])
  })
})

describe("many tabs", () => {
  test("all show what waits, the one that was written in sends it, once", async () => {
    const [one, two] = [await open(), await open()]
    one.setLink("retrying")
    two.setLink("retrying")
    const id = send(two, "one")
    tellTabs()
    await settle()
    expect([shown(one), shown(two)]).toEqual([[[id, true]], [[id, true]]])
    one.setLink("live")
    two.setLink("live")
    await pass(20_000)
    tellTabs()
    expect([...server.posts.values()]).toEqual([1])
    expect([states(one), states(two)]).toEqual([[], []])
    expect([shown(one), shown(two)]).toEqual([[[id, false]], [[id, false]]])
  })

  test("a tab that was closed leaves its prompts to another", async () => {
    const [one, two] = [await open(), await open()]
    one.setLink("retrying")
    send(one, "one")
    tellTabs()
    one.close()
    await pass(5_000)
    expect(server.texts("ses_1")).toEqual(["one"])
    expect(states(two)).toEqual([])
  })

  test("the tab that has the turn sends what is written in another, and it is sent once", async () => {
    const [one, two] = [await open(), await open()]
    send(two, "one")
    tellTabs()
    await pass(5_000)
    expect(server.texts("ses_1")).toEqual(["one"])
    expect([...server.posts.values()]).toEqual([1])
    expect([states(one), states(two)]).toEqual([[], []])
  })

  test("when it does not, because it hears nothing, the tab that a person writes in sends it soon", async () => {
    const [, two] = [await open(), await open()]
    send(two, "one")
    await pass(1_200)
    expect(server.texts("ses_1")).toEqual(["one"])
  })

  test("a tab without a connection does not keep a prompt from one that has it", async () => {
    const [one, two] = [await open(), await open()]
    one.setLink("retrying")
    send(one, "one")
    await settle()
    tellTabs()
    await pass(2_900)
    expect(server.texts("ses_1")).toEqual([])
    await pass(1_000)
    expect(server.texts("ses_1")).toEqual(["one"])
    expect([...server.posts.values()]).toEqual([1])
    expect(states(two)).toEqual([])
  })

  test("one that is cancelled in another tab leaves the screen here", async () => {
    const [one, two] = [await open(), await open()]
    one.setLink("retrying")
    two.setLink("retrying")
    const id = send(one, "one")
    tellTabs()
    two.chat.outbox.cancel(id)
    two.chat.outbox.collect(id)
    tellTabs()
    expect(shown(one)).toEqual([])
  })

  test("without locks, a tab sends its own, and what another left behind after a minute", async () => {
    const none = { locks: undefined }
    const [one, two] = [await open(none), await open(none)]
    one.setLink("retrying")
    send(one, "one")
    tellTabs()
    send(two, "two", { sessionID: "ses_2" })
    await pass(59_000)
    expect(server.texts("ses_1")).toEqual([])
    one.crash()
    await pass(2_000)
    expect(server.texts("ses_1")).toEqual(["one"])
    expect([...server.posts.values()]).toEqual([1])
  })
})
