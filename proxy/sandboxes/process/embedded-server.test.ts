import { afterEach, describe, expect, test } from "vitest"
import { makeLog } from "../../log.ts"
import { childEnvironment } from "./child-environment.ts"
import { type EmbeddedServer, makeEmbeddedServer } from "./embedded-server.ts"
import type { OpencodeProcess } from "./opencode-process.ts"

type Run = OpencodeProcess & {
  die: (lastWords: string) => void
  /** Dies, but a tool that it started keeps its output open. */
  exit: () => void
  stopped: boolean
}

let server: EmbeddedServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

/** Processes that live until the test ends them, and a clock that only the test moves. */
function world(isHealthy: (run: Run) => boolean) {
  const runs: Run[] = []
  const delays: number[] = []
  const clock = { now: 0 }
  server = makeEmbeddedServer({
    program: "/bin/opencode",
    directory: "/",
    env: {},
    log: makeLog({ format: "json", level: "error" }),
    start: async () => {
      const ended = Promise.withResolvers<string>()
      const exited = Promise.withResolvers<void>()
      const run: Run = {
        pid: runs.length + 1,
        port: 40_000 + runs.length,
        authorization: `Basic ${runs.length}`,
        exited: exited.promise,
        ended: ended.promise,
        stopped: false,
        exit: exited.resolve,
        die: (lastWords) => {
          exited.resolve()
          ended.resolve(lastWords)
        },
        stop: async () => {
          run.stopped = true
          run.die("stopped")
        },
      }
      runs.push(run)
      return run
    },
    fetch: (async (url: string) => {
      const run = runs.find((each) => url.includes(`:${each.port}/`))
      if (!run || !isHealthy(run)) return new Response("<html>", { headers: { "content-type": "text/html" } })
      return Response.json({ healthy: true, version: "1.0.0" })
    }) as typeof globalThis.fetch,
    sleep: async (ms) => {
      if (ms >= 250) delays.push(ms)
      await Bun.sleep(1)
    },
    now: () => clock.now,
  })
  return { runs, delays, clock, embedded: server }
}

async function until(look: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (look()) return
    await Bun.sleep(2)
  }
  throw new Error("not seen in time")
}

describe("the embedded server", () => {
  test("is starting until its health is JSON that says so: HTML with status 200 is not health", async () => {
    let healthy = false
    const { embedded } = world(() => healthy)
    await Bun.sleep(20)
    expect(embedded.state()).toEqual({ is: "starting" })
    healthy = true
    await until(() => embedded.state().is === "ready")
    expect(embedded.state()).toEqual({ is: "ready", port: 40_000, authorization: "Basic 0" })
  })

  test("that dies is started again on another port, with another password", async () => {
    const { embedded, runs } = world(() => true)
    await until(() => embedded.state().is === "ready")
    runs[0]?.die("killed")
    await until(() => runs.length === 2 && embedded.state().is === "ready")
    expect(embedded.state()).toEqual({ is: "ready", port: 40_001, authorization: "Basic 1" })
  })

  test("that has exited is not ready any more, although its output is still open: its port is anybody's", async () => {
    const { embedded, runs } = world(() => true)
    await until(() => embedded.state().is === "ready")
    runs[0]?.exit()
    await Bun.sleep(0)
    expect(embedded.state()).toEqual({ is: "starting" })
  })

  test("that keeps dying is started ever less often, and the third time a person is told its last words", async () => {
    const { embedded, runs, delays } = world(() => false)
    for (let life = 0; life < 10; life++) {
      await until(() => runs.length === life + 1)
      if (life < 3) expect(embedded.state()).toEqual({ is: "starting" })
      runs[life]?.die("Error: no disk")
    }
    await until(() => delays.length === 10)
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    const state = embedded.state()
    expect(state.is === "failed" && state.reason).toContain("Error: no disk")
  })

  test("that was well for a minute begins again with the shortest wait", async () => {
    const { embedded, runs, delays, clock } = world(() => true)
    for (let life = 0; life < 3; life++) {
      await until(() => runs.length === life + 1 && embedded.state().is === "ready")
      if (life === 2) clock.now += 60_001
      runs[life]?.die("killed")
    }
    await until(() => delays.length === 3)
    expect(delays).toEqual([250, 500, 250])
  })

  test("that never becomes healthy is ended and counted as a failure", async () => {
    const { runs, clock } = world(() => false)
    await until(() => runs.length === 1)
    clock.now += 60_001
    await until(() => runs.length === 2)
    expect(runs[0]?.stopped).toBe(true)
  })

  test("is ended by stop, and not started again", async () => {
    const { embedded, runs } = world(() => true)
    await until(() => embedded.state().is === "ready")
    await embedded.stop()
    expect(runs.map((run) => run.stopped)).toEqual([true])
    await Bun.sleep(20)
    expect(runs).toHaveLength(1)
  })
})

test("the agent inherits the person's environment without our settings", () => {
  const env = {
    PATH: "/bin",
    OPENAI_API_KEY: "k",
    HOST: "0.0.0.0",
    PORT: "1",
    SANDBAR_KEY: "k",
    NB_PREFIX: "/a",
  }
  expect(childEnvironment(env)).toEqual({ PATH: "/bin", OPENAI_API_KEY: "k" })
})
