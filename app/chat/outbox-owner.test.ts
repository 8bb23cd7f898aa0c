// Whose prompt it is: no other server and no other person gets it, however alike their names are.
import { afterEach, beforeEach, expect, test } from "vitest"
import { makePromptServer, type PromptServer, type PromptTab } from "../../tests/fakes/prompt-server.ts"
import { makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { makeTestClock, type TestClock } from "../../tests/fakes/test-clock.ts"
import type { Server } from "../servers/server.ts"

let clock: TestClock
let server: PromptServer
let tabs: PromptTab[]

beforeEach(() => {
  localStorage.clear()
  clock = makeTestClock()
  server = makePromptServer(clock)
  tabs = []
})
afterEach(() => {
  for (const tab of tabs) tab.close()
})

const alice: Partial<Server> = { id: "h:4096", url: "https://h:4096", username: "alice" }

async function open(as: Partial<Server>, live = true): Promise<PromptTab> {
  const tab = await server.openTab({ locks: makeFakeLocks(), live, as })
  tabs.push(tab)
  return tab
}
/** Writes one while there is no connection, and closes the page. */
async function leaveWaiting(as: Partial<Server>): Promise<void> {
  const tab = await open(as)
  tab.setLink("offline")
  tab.chat.outbox.send({ sessionID: "ses_1" }, { text: "secret" })
  tab.close()
}

test.each<[string, Partial<Server>]>([
  ["a server whose name begins with that of another", { id: "local", url: "http://local" }],
  ["the same host without TLS", { ...alice, url: "http://h:4096" }],
  ["another person on the same server", { ...alice, username: "bob" }],
  ["nobody in particular on the same server", { id: "h:4096", url: "https://h:4096" }],
])("%s neither sends what waits nor shows it", async (_, other) => {
  await leaveWaiting(other.id === "local" ? { id: "local.lan:4096", url: "http://local.lan:4096" } : alice)
  const tab = await open(other)
  await clock.advance(120_000)
  expect(tab.chat.outbox.entries()).toEqual([])
  expect(tab.chat.state.messages.ses_1?.length ?? 0).toBe(0)
  expect(server.posts.size).toBe(0)
})

test("whoever wrote it finds it again, also with another password", async () => {
  await leaveWaiting({ ...alice, password: "old", credentialId: "1" })
  await (await open({ ...alice, username: "bob" })).close()
  await open({ ...alice, password: "new", credentialId: "2" })
  await clock.advance(1_000)
  expect(server.texts("ses_1")).toEqual(["secret"])
})
