import { beforeEach, expect, test } from "vitest"
import { makeTestClock, settle, type TestClock } from "../../tests/fakes/test-clock.ts"
import { makeTabHost, type TabHost } from "./tab-host.ts"
import type { TabMessage } from "./tab-message.ts"

let clock: TestClock
let host: TabHost
let posted: TabMessage[]

const hello = (more: Partial<TabMessage> = {}): TabMessage =>
  ({ kind: "hello", from: "guest", term: 5, want: "look", ...more }) as TabMessage
const rival = (term: number): TabMessage => ({ kind: "now", from: "rival", term, state: "live" })

beforeEach(() => {
  clock = makeTestClock()
  posted = []
  host = makeTabHost({
    me: "host",
    term: 5,
    post: (message) => posted.push(message),
    clock,
    asked: () => undefined,
  })
  host.status({ state: "live" })
  host.stands()
})
const last = () => posted.at(-1)

test("what came in one piece is one message, after everything that was said before and before what is said after", async () => {
  host.hear(hello())
  posted = []
  for (const data of ["1", "2", "3"]) host.data(data)
  host.status({ state: "retrying", reason: "down" })
  await settle()
  expect(posted.map((message) => ("data" in message ? message.data.join() : message.kind))).toEqual([
    "1,2,3",
    "now",
  ])
  expect(last()).toMatchObject({ state: "retrying", reason: "down" })
  expect(last()).not.toHaveProperty("stream")
})

test("a tab that comes is told the number of the last message, also of those that nobody heard", async () => {
  host.data("1")
  await settle()
  host.data("2")
  host.hear(hello())
  expect(last()).toMatchObject({ kind: "now", state: "live", stream: { epoch: 1, seq: 2 } })
})

test("live is said to others only once the directory is known", () => {
  host.status({ state: "retrying", reason: "down" })
  host.status({ state: "live" })
  expect(last()).toMatchObject({ state: "connecting" })
  host.stands()
  expect(last()).toMatchObject({ state: "live", stream: { epoch: 2, seq: 0 } })
})

test("whoever has the lock has the last word: it counts higher than a tab that lost it and does not know", async () => {
  posted = []
  host.hear(rival(4))
  expect(posted).toEqual([])
  host.hear(rival(9))
  expect(last()).toMatchObject({ kind: "now", term: 10 })
  // Not in a hot loop, should the browser have given the lock to both.
  posted = []
  host.hear(rival(11))
  expect(posted).toEqual([])
  await clock.advance(1_000)
  host.hear(rival(11))
  expect(last()).toMatchObject({ term: 12 })
})

test("after a clock that was set back it counts on from the highest that was heard", () => {
  host.hear(hello({ term: 80 }))
  expect(last()).toMatchObject({ kind: "now", term: 80 })
})
