import { beforeEach, expect, test } from "vitest"
import { makeTestClock, type TestClock } from "../../tests/fakes/test-clock.ts"
import type { LinkStatus } from "./link-machine.ts"
import { makeTabGuest, type TabGuest } from "./tab-guest.ts"
import type { Now, TabMessage } from "./tab-message.ts"

let clock: TestClock
let guest: TabGuest
let asked: string[]
let took: number
let shown: LinkStatus[]
let begun: number
let applied: string[]

const now = (more: Partial<Now> = {}): Now => ({
  kind: "now",
  from: "holder",
  term: 5,
  state: "live",
  stream: { epoch: 1, seq: 0 },
  ...more,
})
const data = (seq: number, ...ids: string[]): TabMessage => ({
  kind: "data",
  from: "holder",
  term: 5,
  epoch: 1,
  seq,
  data: ids.map((sessionID) =>
    JSON.stringify({ payload: { type: "session.idle", properties: { sessionID } } }),
  ),
})

beforeEach(() => {
  clock = makeTestClock()
  asked = []
  took = 0
  shown = []
  begun = 0
  applied = []
  guest = makeTabGuest({
    me: "guest",
    post: (message) => message.kind === "hello" && asked.push(message.want),
    term: () => 0,
    clock,
    random: () => 0,
    isHidden: () => false,
    intake: {
      begin: () => void begun++,
      take: (event) =>
        void applied.push("sessionID" in event.properties ? String(event.properties.sessionID) : ""),
    },
    onStatus: (status) => shown.push(status),
    first: "join",
    takeOver: () => void took++,
  })
})

test("a former holder that does not know that it is one is not believed", () => {
  guest.hear(now())
  asked = []
  guest.hear(now({ from: "former", term: 4, state: "refused", reason: "no", stream: undefined }))
  expect(shown).toEqual([{ state: "live", reason: undefined }])
  guest.hear({ ...data(1, "ses_old"), from: "former", term: 4 } as TabMessage)
  guest.hear(data(1, "ses_new"))
  expect(applied).toEqual(["ses_new"])
  // Or it counts anew, after a clock that was set back: then the answer to this says so.
  expect(asked).toEqual(["look"])
})

test("of two that both say they hold it one is followed, and words do not go round in circles", () => {
  guest.hear(now({ from: "a" }))
  asked = []
  for (let round = 0; round < 10; round++) {
    guest.hear(now({ from: "b" }))
    guest.hear(now({ from: "a" }))
  }
  expect(asked).toEqual(["look"])
  guest.hear({ ...data(1, "ses_of_a"), from: "a" } as TabMessage)
  guest.hear({ ...data(1, "ses_of_b"), from: "b" } as TabMessage)
  expect(applied).toEqual(["ses_of_b"])
})

test("whoever answers what was asked is followed, also when another had the same term", async () => {
  guest.hear(now({ from: "b" }))
  asked = []
  await clock.advance(13_000)
  expect(asked).toEqual(["look"])
  guest.hear(now({ from: "a" }))
  guest.hear({ ...data(1, "ses_of_a"), from: "a" } as TabMessage)
  expect(applied).toEqual(["ses_of_a"])
})

test("a new holder is followed from its first word, and told that we listen", () => {
  guest.hear(now())
  asked = []
  guest.hear(now({ from: "next", term: 6, state: "connecting", stream: undefined }))
  guest.hear(data(1, "ses_of_the_former"))
  guest.hear(now({ from: "next", term: 6 }))
  expect(shown.map(({ state }) => state)).toEqual(["live", "connecting", "live"])
  expect([begun, applied, asked]).toEqual([2, [], ["look"]])
})

test("a holder that says goodbye is not waited for: whoever is next is asked at once", async () => {
  guest.hear(now())
  asked = []
  guest.hear({ kind: "bye", from: "another guest", term: 5 })
  expect(asked).toEqual([])
  guest.hear({ kind: "bye", from: "holder", term: 5 })
  expect(asked).toEqual(["look"])
  await clock.advance(2_000)
  expect(took).toBe(1)
})

test("a tab that slept itself asks again before it takes anything from anybody", async () => {
  guest.retryNow()
  clock.jump(30_000)
  await clock.advance(2_000)
  expect(took).toBe(0)
  // It still wants what it wanted.
  expect(asked).toEqual(["join", "retry", "retry"])
  guest.hear(now())
  await clock.advance(5_000)
  expect(took).toBe(0)
})

test("in trouble the holder is asked every 3 s, otherwise only after a missed heartbeat", async () => {
  guest.hear(now())
  asked = []
  await clock.advance(12_900)
  expect(asked).toEqual([])
  await clock.advance(200)
  expect(asked).toEqual(["look"])
  guest.hear(now({ state: "retrying", reason: "down", stream: undefined }))
  await clock.advance(3_000)
  guest.hear(now({ state: "refused", reason: "no", stream: undefined }))
  await clock.advance(12_900)
  expect(asked).toEqual(["look", "look"])
})

test("nothing is left running in a tab that stops following", async () => {
  guest.hear(now())
  guest.close()
  expect(clock.pending()).toBe(0)
})
