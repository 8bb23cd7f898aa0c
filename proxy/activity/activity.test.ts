import { afterEach, describe, expect, test } from "vitest"
import { makeTestClock, settle } from "../../tests/fakes/test-clock.ts"
import { type Activity, makeActivity } from "./activity.ts"

const second = 1_000
const minute = 60 * second
const box = "http://box.example:4096"

type World = { working: boolean; reachable: boolean; hangs: boolean }

const activities: Activity[] = []
afterEach(() => {
  for (const activity of activities.splice(0)) activity.stop()
})

/** One server with one directory, and everything that was asked of it. */
function makeWorld(managed: string[] = []) {
  const clock = makeTestClock(Date.UTC(2030, 0, 1))
  const world: World = { working: false, reachable: true, hangs: false }
  const asked: { name: string; path: string; authorization: string | undefined }[] = []
  const activity = makeActivity({
    ask: async ({ name, authorization }, path) => {
      asked.push({ name, path, authorization })
      if (world.hangs) await new Promise(() => undefined)
      if (!world.reachable) throw new Error("connection refused")
      if (path.startsWith("/session/status")) return world.working ? { ses_1: { type: "busy" } } : {}
      return path === "/api/session/active" ? { data: {} } : []
    },
    managed: { names: () => managed },
    log: { debug: () => undefined },
    now: clock.now,
    after: clock.after,
    askMs: 50,
  })
  activities.push(activity)
  const began = clock.now()
  const read = async () => {
    const { lastActivity, busy } = await activity.read()
    return { at: lastActivity.getTime() - began, busy }
  }
  return { activity, clock, world, asked, read }
}

const use = (activity: Activity, headers: Record<string, string> = {}, path = "/session") =>
  activity.noteAccepted(box, path, new Headers(headers))

describe("the last activity", () => {
  test("is our start, before anything happened", async () => {
    const { read, clock } = makeWorld()
    await clock.advance(10 * minute)
    expect(await read()).toEqual({ at: 0, busy: false })
  })

  test("is the last prompt, and no poll after it", async () => {
    const { activity, read, clock } = makeWorld()
    await clock.advance(minute)
    activity.noteRequest(box, "POST", "/session/ses_1/prompt_async")
    for (let polls = 0; polls < 60; polls++) {
      await clock.advance(minute)
      for (const path of ["/global/health", "/event", "/session/status?directory=%2Fa"]) {
        activity.noteRequest(box, "GET", path)
        use(activity, {}, path)
      }
    }
    expect(await read()).toEqual({ at: minute, busy: false })
  })

  test("is the last key in a terminal, and nothing that a terminal says by itself", async () => {
    const { activity, read, clock } = makeWorld()
    await clock.advance(minute)
    activity.noteInput(box, "l")
    await clock.advance(minute)
    activity.noteInput(box, "\x1b[24;80R")
    activity.noteRequest(box, "PUT", "/pty/pty_1")
    expect((await read()).at).toBe(minute)
  })
})

describe("work inside", () => {
  test("makes us busy, and its end is the last activity", async () => {
    const { activity, read, clock, world } = makeWorld()
    use(activity)
    activity.noteRequest(box, "POST", "/session/ses_1/prompt_async")
    world.working = true
    await clock.advance(20 * minute)
    expect(await read()).toEqual({ at: 20 * minute, busy: true })
    world.working = false
    await clock.advance(60 * minute)
    // Nobody asked in between: we saw the end within half a minute by ourselves.
    expect(await read()).toEqual({ at: 20 * minute + 30 * second, busy: false })
  })

  test("that somebody else started is seen when we are asked, and watched from then on", async () => {
    const { activity, read, clock, world, asked } = makeWorld()
    use(activity)
    world.working = true
    expect((await read()).busy).toBe(true)
    await clock.advance(5 * minute)
    world.working = false
    await clock.advance(minute)
    const after = asked.length
    await clock.advance(10 * minute)
    expect(asked).toHaveLength(after)
    expect((await read()).at).toBe(5 * minute + 30 * second)
  })

  test("in our own server counts although nobody has used it through us", async () => {
    const { read, world, asked } = makeWorld(["http://local"])
    world.working = true
    expect((await read()).busy).toBe(true)
    expect(asked[0]).toMatchObject({ name: "http://local", authorization: undefined })
  })

  test("keeps its server and password known for as long as it lasts", async () => {
    const { activity, read, clock, world, asked } = makeWorld()
    use(activity, { "x-target-authorization": "Basic secret" })
    activity.noteRequest(box, "POST", "/session/ses_1/prompt_async")
    world.working = true
    await clock.advance(90 * minute)
    expect((await read()).busy).toBe(true)
    expect(asked.at(-1)).toMatchObject({ name: box, authorization: "Basic secret" })
  })
})

describe("a server that does not answer", () => {
  test("stays busy for five minutes when it was, and not for ever", async () => {
    const { activity, read, clock, world } = makeWorld()
    use(activity)
    world.working = true
    expect((await read()).busy).toBe(true)
    world.reachable = false
    await clock.advance(4 * minute)
    expect(await read()).toEqual({ at: 0, busy: true })
    await clock.advance(2 * minute)
    expect(await read()).toEqual({ at: 0, busy: false })
  })

  test("is busy again when it comes back within that time", async () => {
    const { activity, read, clock, world } = makeWorld()
    use(activity)
    world.working = true
    await read()
    world.reachable = false
    await clock.advance(4 * minute)
    world.reachable = true
    await clock.advance(minute)
    expect(await read()).toEqual({ at: 5 * minute, busy: true })
  })

  test("was never busy when it never said so", async () => {
    const { activity, read, world } = makeWorld()
    use(activity)
    world.reachable = false
    expect((await read()).busy).toBe(false)
  })

  test("does not hold up the answer: a culler that waits in vain counts us as idle", async () => {
    const { activity, read, world } = makeWorld()
    use(activity)
    world.hangs = true
    const began = performance.now()
    expect((await read()).busy).toBe(false)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

describe("asking", () => {
  test("is not done by a proxy that nobody uses", async () => {
    const { clock, asked, activity } = makeWorld(["http://local"])
    use(activity)
    await clock.advance(600 * minute)
    expect(asked).toEqual([])
    expect(clock.pending()).toBe(0)
  })

  test("is done once for all who want to know within ten seconds", async () => {
    const { activity, read, clock, asked } = makeWorld()
    use(activity)
    await Promise.all([read(), read(), read()])
    await clock.advance(9 * second)
    await read()
    const statuses = () => asked.filter(({ path }) => path.startsWith("/session/status"))
    expect(statuses()).toHaveLength(1)
    await clock.advance(2 * second)
    await read()
    expect(statuses()).toHaveLength(2)
  })

  test("covers the directories of an hour, from queries and headers", async () => {
    const { activity, read, clock, asked } = makeWorld()
    use(activity, {}, "/session?directory=%2Fold")
    await clock.advance(59 * minute)
    use(activity, {}, "/event?x=1&directory=%2Fwith%20space+too")
    use(activity, { "x-opencode-directory": "%2Fhome%2F%C3%A9" })
    use(activity, { "x-opencode-directory": "%zz" })
    await clock.advance(2 * minute)
    await read()
    const statuses = asked.map(({ path }) => path).filter((path) => path.startsWith("/session/status"))
    expect(statuses).toEqual([
      "/session/status",
      "/session/status?directory=%2Fwith%20space%20too",
      "/session/status?directory=%2Fhome%2F%C3%A9",
      "/session/status?directory=%25zz",
    ])
  })

  test("stolen password: it is gone an hour after the last use, also where nobody asks us", async () => {
    const { activity, read, clock, asked } = makeWorld()
    use(activity, { "x-target-authorization": "Basic secret" })
    await clock.advance(70 * minute)
    expect(clock.pending()).toBe(0)
    // Seen from half an hour earlier it would be young enough to be asked, if it were still there.
    clock.jump(-30 * minute)
    await read()
    expect(asked).toEqual([])
  })

  test("ends with us", async () => {
    const { activity, clock, world, asked } = makeWorld()
    use(activity)
    world.working = true
    activity.noteRequest(box, "POST", "/session")
    activity.stop()
    activity.noteRequest(box, "POST", "/session")
    await clock.advance(10 * minute)
    expect(asked).toEqual([])
    expect(clock.pending()).toBe(0)
  })

  test("memory exhaustion: a client that names ever new servers and directories is not remembered whole", async () => {
    const { activity, read, asked } = makeWorld()
    for (let at = 0; at < 1_000; at++) {
      activity.noteAccepted(`http://box-${at}.example`, "/session", new Headers())
      activity.noteAccepted(box, `/session?directory=%2Fd${at}`, new Headers())
    }
    await read()
    await settle()
    expect(new Set(asked.map(({ name }) => name)).size).toBeLessThanOrEqual(100)
    expect(asked.filter(({ path }) => path.includes("directory=")).length).toBeLessThanOrEqual(32)
    expect(asked.some(({ path }) => path.endsWith("%2Fd999"))).toBe(true)
  })
})
