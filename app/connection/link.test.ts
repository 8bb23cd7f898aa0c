import { describe, expect, test } from "vitest"
import {
  caughtUp,
  clock,
  connected,
  follow,
  goLive,
  heartbeat,
  idle,
  latest,
  link,
  recordingFollower,
  streams,
  tries,
  useHeldLink,
  world,
} from "../../tests/fakes/held-link.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import { Failure } from "./failure.ts"

useHeldLink()

describe("getting live", () => {
  test("a server that the proxy is just starting is waited for calmly, once a second", async () => {
    world.refuseWith = new Failure("The local server is starting.", { status: 503, code: "local.starting" })
    link.retryNow()
    latest().end()
    await settle()
    await clock.advance(3_500)
    expect([link.state(), link.reason()]).toEqual(["connecting", "The local server is starting."])
    expect(tries.slice(2).map((at, index) => at - (tries[index + 1] ?? 0))).toEqual([1000, 1000, 1000])
    world.refuseWith = undefined
    await clock.advance(1_000)
    await goLive()
    expect([link.state(), link.reason()]).toEqual(["live", undefined])
  })

  test("it is live only after the server said that it is connected", async () => {
    expect(link.state()).toBe("connecting")
    latest().send(idle("ses_1"))
    await settle()
    expect(link.state()).toBe("connecting")
    await goLive()
    expect(link.state()).toBe("live")
    expect(link.reason()).toBeUndefined()
  })

  test("the subscription stands before anything is fetched, and nothing in between is lost", async () => {
    const follower = recordingFollower()
    let found: (directory: string) => void = () => undefined
    world.directory = () => new Promise((resolve) => (found = resolve))
    follow(follower)
    expect(follower.log).toEqual([])
    await settle()
    expect(follower.log).toEqual([])
    latest().send(connected)
    latest().send(idle("ses_early"), "/repo")
    latest().send(idle("ses_other"), "/elsewhere")
    await clock.advance(16)
    // Nothing is merged before we know whose events came meanwhile.
    expect(follower.log).toEqual(["fetch", "fetch"])
    found("/repo")
    await settle()
    expect(follower.log).toEqual(["fetch", "fetch", "apply ses_early", "merge"])
  })

  // Measured with OpenCode 1.18: what happens between its greeting and its own subscription reaches nobody.
  test("what the server did after its greeting and told nobody is fetched with its next message", async () => {
    const follower = recordingFollower()
    follow(follower)
    latest().send(connected)
    await settle()
    expect(follower.log).toEqual(["fetch", "merge"])
    await clock.advance(9_000)
    expect(follower.log).toEqual(["fetch", "merge"])
    latest().send(heartbeat)
    await settle()
    expect(follower.log).toEqual(caughtUp)
    latest().send(heartbeat)
    await settle()
    expect(follower.log).toEqual(caughtUp)
  })

  test("a server that does not say where it works is asked again from the start, and nothing is merged", async () => {
    const follower = recordingFollower()
    follow(follower)
    world.directory = () => Promise.reject(new Failure("no path"))
    latest().send(connected)
    await settle()
    expect([link.state(), link.reason()]).toEqual(["retrying", "no path"])
    await clock.advance(500)
    expect(streams).toHaveLength(2)
    expect(follower.log).toEqual(["fetch"])
  })

  test("a greeting alone is not enough: a server that then says nothing for 10 s is connected to anew", async () => {
    world.directory = () => new Promise(() => undefined)
    latest().send(connected)
    await clock.advance(9_900)
    latest().beat()
    expect(streams).toHaveLength(1)
    await clock.advance(1_100)
    expect(streams).toHaveLength(2)
  })

  test("events are handed over once per frame, in order", async () => {
    const follower = recordingFollower()
    follow(follower)
    await goLive()
    latest().send(idle("ses_1"), "/repo")
    latest().send(idle("ses_2"), "/repo")
    await clock.advance(15)
    expect(follower.log).not.toContain("apply ses_1 ses_2")
    await clock.advance(1)
    expect(follower.log.at(-1)).toBe("apply ses_1 ses_2")
  })

  test("events of another directory are not ours; events of the whole server are", async () => {
    const follower = recordingFollower()
    follow(follower)
    await goLive()
    latest().send(idle("ses_other"), "/elsewhere")
    latest().send(idle("ses_ours"), "/repo")
    latest().send({ id: "evt_2", type: "installation.updated", properties: {} }, "global")
    await clock.advance(16)
    expect(follower.log.at(-1)).toBe("apply ses_ours installation.updated")
  })

  test("when the server forgets what it held in memory, everything is fetched anew", async () => {
    const follower = recordingFollower()
    follow(follower)
    await goLive()
    latest().send(
      { id: "evt_2", type: "server.instance.disposed", properties: { directory: "/repo" } },
      "/repo",
    )
    await settle()
    expect(follower.log.filter((entry) => entry === "fetch")).toHaveLength(3)
  })

  test("a follower that comes late is resynced at once, and again while that fails", async () => {
    await goLive()
    const follower = recordingFollower()
    follower.failing = true
    follow(follower)
    await settle()
    follower.failing = false
    await clock.advance(500)
    expect(follower.log).toEqual(["fetch", "fetch", "merge"])
  })
})

describe("losing it", () => {
  test("a server that takes the request and says nothing is asked again after 10 s", async () => {
    await clock.advance(9_999)
    expect(link.state()).toBe("connecting")
    await clock.advance(1)
    expect(link.state()).toBe("retrying")
    await clock.advance(500)
    expect(tries).toHaveLength(2)
  })

  test("25 s without a byte is a dead stream, even one that ignores the abort", async () => {
    await goLive()
    await clock.advance(24_000)
    latest().beat()
    await clock.advance(24_999)
    expect(link.state()).toBe("live")
    await clock.advance(1)
    expect(link.state()).toBe("retrying")
    expect(link.reason()).toContain("silent")
    expect(latest().signal.aborted).toBe(true)
  })

  test("after a loss everything is subscribed and fetched anew", async () => {
    const follower = recordingFollower()
    follow(follower)
    await goLive()
    latest().end()
    await settle()
    expect(link.state()).toBe("retrying")
    await clock.advance(500)
    expect(streams).toHaveLength(2)
    await goLive()
    expect(link.state()).toBe("live")
    expect(follower.log).toEqual([...caughtUp, ...caughtUp])
  })

  test("a snapshot that comes after its stream died is not merged", async () => {
    const log: string[] = []
    let arrive: () => void = () => undefined
    follow({
      apply: () => undefined,
      resync: () => new Promise((resolve) => (arrive = () => resolve(() => void log.push("merge")))),
    })
    await goLive()
    latest().end()
    await settle()
    arrive()
    await settle()
    expect(log).toEqual([])
  })

  test("what arrived before the loss is applied before the fetch, not after", async () => {
    const follower = recordingFollower()
    follow(follower)
    await goLive()
    // The frame comes late: the tab is in the background.
    latest().send(idle("ses_before"), "/repo")
    latest().end()
    await settle()
    link.retryNow()
    await goLive()
    expect(follower.log.slice(-5)).toEqual(["apply ses_before", ...caughtUp])
  })

  test("a server that is down is asked ever more rarely, but at least every half minute", async () => {
    world.refuseWith = new Failure("down")
    latest().end()
    await clock.advance(100_000)
    const waits = tries.map((at, index) => at - (tries[index - 1] ?? at)).slice(1)
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(link.reason()).toBe("down")
  })

  test("a stream that always ends at once is not opened in a hot loop", async () => {
    for (let round = 0; round < 4; round++) {
      await goLive()
      latest().end()
      await settle()
      await clock.advance(500 * 2 ** round - 1)
      expect(streams).toHaveLength(round + 1)
      await clock.advance(1)
      expect(streams).toHaveLength(round + 2)
    }
  })

  test("without a network it is offline, not retrying, and goes on trying", async () => {
    world.online = false
    await goLive()
    latest().end()
    await settle()
    expect(link.state()).toBe("offline")
    await clock.advance(500)
    expect(streams).toHaveLength(2)
  })
})
