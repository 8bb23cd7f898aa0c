import { expect, test } from "vitest"
import { makeTestClock } from "../../tests/fakes/test-clock.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { makeHoldBack } from "./hold-back.ts"

const event = (type: string, sessionID = "ses_1") =>
  ({ id: "evt_1", type, properties: { sessionID } }) as ServerEvent

function waiting(events: readonly ServerEvent[]) {
  const clock = makeTestClock()
  const holdBack = makeHoldBack(clock)
  for (const one of events) holdBack.see(one)
  const seen = { done: false }
  const start = () => void holdBack.wait("ses_1").then(() => (seen.done = true))
  return { clock, holdBack, seen, start }
}

test("a prompt after a turn that went well goes out at once", async () => {
  const { clock, seen, start } = waiting([event("session.idle")])
  start()
  await clock.advance(0)
  expect(seen.done).toBe(true)
})

test("after a failed turn, a prompt waits 300 ms from the idle that follows", async () => {
  const { clock, holdBack, seen, start } = waiting([event("session.error")])
  await clock.advance(200)
  start()
  holdBack.see(event("session.idle"))
  await clock.advance(299)
  expect(seen.done).toBe(false)
  await clock.advance(1)
  expect(seen.done).toBe(true)
})

test("the failure of another session holds nothing back", async () => {
  const { clock, seen, start } = waiting([event("session.error", "ses_2")])
  start()
  await clock.advance(0)
  expect(seen.done).toBe(true)
})

test("a clock that jumped back does not hold a prompt for ever", async () => {
  const { clock, seen, start } = waiting([event("session.error")])
  clock.jump(-3_600_000)
  start()
  await clock.advance(300)
  expect(seen.done).toBe(true)
})

test("after a gap every prompt waits 300 ms: whatever failed in it has settled by then", async () => {
  const { clock, holdBack, seen, start } = waiting([])
  holdBack.seeGap()
  start()
  await clock.advance(299)
  expect(seen.done).toBe(false)
  await clock.advance(1)
  expect(seen.done).toBe(true)
})

test("for 5 s after a failure or a gap, a prompt is told that a turn may have failed lately", async () => {
  const { clock, holdBack } = waiting([event("session.error", "ses_2")])
  const doubtful = (id: string) => {
    const asked = holdBack.wait(id)
    return clock.advance(300).then(async () => (await asked).doubtful)
  }
  expect([await doubtful("ses_1"), await doubtful("ses_2")]).toEqual([false, true])
  await clock.advance(5_000)
  expect(await doubtful("ses_2")).toBe(false)
  holdBack.seeGap()
  expect(await doubtful("ses_1")).toBe(true)
})
