import { beforeEach, describe, expect, test } from "vitest"
import {
  clock,
  dispose,
  goLive,
  latest,
  link,
  streams,
  useHeldLink,
  wakeDocument,
  wakeWindow,
  world,
} from "../../tests/fakes/held-link.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import { Failure } from "./failure.ts"

useHeldLink()

describe("being refused", () => {
  test("a refusal ends the loop; only the person starts it again", async () => {
    world.refuseWith = new Failure("The server needs a password.", { final: true })
    latest().end()
    await clock.advance(1_000)
    expect(link.state()).toBe("refused")
    expect(link.reason()).toBe("The server needs a password.")
    world.refuseWith = undefined
    wakeWindow.dispatchEvent(new Event("focus"))
    await clock.advance(600_000)
    expect(streams).toHaveLength(1)
    link.retryNow()
    await goLive()
    expect(link.state()).toBe("live")
  })
})

describe("waking up", () => {
  beforeEach(async () => {
    await goLive()
    world.refuseWith = new Failure("down")
    latest().end()
    await clock.advance(100_000)
    world.refuseWith = undefined
    expect(link.state()).toBe("retrying")
    streams.length = 0
  })

  test.each(["online", "focus", "pageshow"])("%s tries at once", async (type) => {
    wakeWindow.dispatchEvent(new Event(type))
    await settle()
    expect(streams).toHaveLength(1)
  })

  test("a tab that is shown tries at once, one that is hidden does not", async () => {
    wakeDocument.hidden = true
    wakeDocument.dispatchEvent(new Event("visibilitychange"))
    await settle()
    expect(streams).toHaveLength(0)
    wakeDocument.hidden = false
    wakeDocument.dispatchEvent(new Event("visibilitychange"))
    await settle()
    expect(streams).toHaveLength(1)
  })

  test("several signs of waking are one try", async () => {
    for (const type of ["online", "focus", "pageshow"]) wakeWindow.dispatchEvent(new Event(type))
    await settle()
    for (const type of ["online", "focus", "pageshow"]) wakeWindow.dispatchEvent(new Event(type))
    await settle()
    expect(streams).toHaveLength(1)
  })
})

describe("waking up while live", () => {
  test("a machine that slept does not trust its stream", async () => {
    await goLive()
    clock.jump(3_600_000)
    // The first timer that fires notices that hours have passed.
    await clock.advance(5_000)
    expect(link.state()).not.toBe("live")
    expect(streams).toHaveLength(2)
  })

  test("looking at a tab whose stream is fresh changes nothing, one that missed a heartbeat is replaced", async () => {
    await goLive()
    await clock.advance(9_000)
    wakeWindow.dispatchEvent(new Event("focus"))
    await settle()
    expect(streams).toHaveLength(1)
    await clock.advance(5_000)
    wakeWindow.dispatchEvent(new Event("focus"))
    await settle()
    expect(streams).toHaveLength(2)
  })
})

test("nothing is left running when the server is left", async () => {
  await goLive()
  dispose()
  await settle()
  expect(latest().signal.aborted).toBe(true)
  await clock.advance(120_000)
  expect(streams).toHaveLength(1)
  expect(clock.pending()).toBe(0)
})
