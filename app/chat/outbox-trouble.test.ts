// The outbox while something between us and the server is in trouble: it waits, and makes nothing worse.
import { afterEach, beforeEach, expect, test } from "vitest"
import {
  makePromptServer,
  type PromptServer,
  type PromptTab,
  tellTabs,
} from "../../tests/fakes/prompt-server.ts"
import { type FakeLocks, makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { makeTestClock, type TestClock } from "../../tests/fakes/test-clock.ts"

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
})

const prompts = "POST /session/ses_1/prompt_async"
const open = async () => {
  const tab = await server.openTab({ locks, live: true })
  tabs.push(tab)
  return tab
}
const send = (tab: PromptTab, text: string) => tab.chat.outbox.send({ sessionID: "ses_1" }, { text })
const states = (tab: PromptTab) => tab.chat.outbox.entries().map((one) => [one.text, one.state])
const pass = (ms: number) => clock.advance(ms)

// While Sandbar is rolled out, an ingress says 404 of everything.
test("a gateway's page in place of an answer is nobody's word on the prompt", async () => {
  const tab = await open()
  const page = () =>
    new Response("<h1>default backend - 404</h1>", {
      status: 404,
      headers: { "content-type": "text/html" },
    })
  let down = true
  server.fault = (path) => (down && (path === prompts || path.includes("/message/")) ? page() : undefined)
  send(tab, "one")
  await pass(5_000)
  expect(states(tab)).toEqual([["one", "sending"]])
  down = false
  await pass(20_000)
  expect(server.texts("ses_1")).toEqual(["one"])
  expect([...server.posts.values()]).toEqual([1])
})

test("many tabs do not ask a server that is in trouble more often than one", async () => {
  const busy = Response.json({ title: "" }, { status: 503 })
  const count = async (howMany: number) => {
    localStorage.clear()
    server = makePromptServer(clock)
    locks = makeFakeLocks()
    const all = []
    for (let n = 0; n < howMany; n++) all.push(await open())
    server.fault = (asked) => (asked === prompts ? busy : undefined)
    send(all[0] as PromptTab, "one")
    for (let n = 0; n < 30; n++) {
      await pass(10_000)
      tellTabs()
    }
    const asked = server.asked.filter((path) => path === prompts).length
    for (const tab of all) tab.close()
    return asked
  }
  const [one, five] = [await count(1), await count(5)]
  expect(one).toBeGreaterThan(10)
  expect(five).toBeLessThanOrEqual(one + 3)
})
