// The real `opencode` behind the real serve-ui: started, found, restarted, and gone with us.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, type TestContext, test } from "vitest"
import { type ServeUi, startServeUi } from "./start-serve-ui.ts"

async function start({ onTestFinished }: Pick<TestContext, "onTestFinished">): Promise<ServeUi> {
  const serveUi = await startServeUi({ SANDBAR_LOG: "json" })
  onTestFinished(serveUi.cleanup, 60_000)
  return serveUi
}

function local(serveUi: ServeUi, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { "x-target-server": "http://local", "content-type": "application/json" }
  return fetch(`${serveUi.url}api/proxy${path}`, { headers, ...init })
}

async function until<T>(what: string, look: () => Promise<T | undefined>, ms = 40_000): Promise<T> {
  const deadline = Date.now() + ms
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await Bun.sleep(100)
  }
  throw new Error(`not seen within ${ms} ms: ${what}`)
}

const healthy = (serveUi: ServeUi) =>
  until("a healthy local server", async () => {
    const response = await local(serveUi, "/global/health")
    if (!response.ok) return undefined
    expect(await response.json()).toMatchObject({ healthy: true })
    return true
  })

function pidsFromLog(serveUi: ServeUi): number[] {
  return [...serveUi.stderr().matchAll(/"pid":(\d+)/g)].map((match) => Number(match[1]))
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has no command line any more.
    return readFileSync(`/proc/${pid}/cmdline`).length > 0
  } catch {
    return false
  }
}

/** Everything that runs with this test's home, whatever session or group it moved itself into. */
function processesIn(home: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/environ`))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`HOME=${home}\0`) && isAlive(pid)
      } catch {
        return false
      }
    })
}

/** A tool and a terminal: OpenCode gives each a session of its own. */
async function startToolAndTerminal(serveUi: ServeUi): Promise<void> {
  const body = JSON.stringify({ command: "sleep", args: ["971"] })
  expect((await local(serveUi, "/pty", { method: "POST", body })).status).toBe(200)
  const session = (await (await local(serveUi, "/session", { method: "POST", body: "{}" })).json()) as {
    id: string
  }
  const command = JSON.stringify({ agent: "build", command: "sleep 972" })
  const ended = () => undefined
  local(serveUi, `/session/${session.id}/shell`, { method: "POST", body: command }).then(ended, ended)
  const running = () => processesIn(serveUi.home).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "latin1"))
  await until("the tool and the terminal", async () => {
    const lines = running()
    return ["971", "972"].every((arg) => lines.some((line) => line.startsWith(`sleep\0${arg}`))) || undefined
  })
}

describe("the embedded server", () => {
  test("starts, and is reached by its name without the browser knowing the password", async (context) => {
    const began = performance.now()
    const serveUi = await start(context)
    const address = performance.now() - began
    const first = await local(serveUi, "/global/health")
    if (!first.ok) {
      expect(first.status).toBe(503)
      expect(first.headers.get("retry-after")).toBe("1")
      expect(await first.json()).toMatchObject({ code: "local.starting" })
    }
    await healthy(serveUi)
    // A person sees the page while the agent is still starting.
    expect(address).toBeLessThan((performance.now() - began) / 1.5)
    const path = (await (await local(serveUi, "/path")).json()) as { directory: string }
    expect(path.directory).toBe(`${serveUi.home}/project`)
    const wrong = { "x-target-server": "http://local", "x-target-authorization": "Basic d3Jvbmc6d3Jvbmc=" }
    expect((await local(serveUi, "/path", { headers: wrong })).status).toBe(200)
    const port = /"port":(\d+)/.exec(serveUi.stderr())?.[1]
    expect((await fetch(`http://127.0.0.1:${port}/global/health`)).status).toBe(401)
  }, 120_000)
})

// Each test has a server of its own, and most of the time it waits for it.
describe.concurrent("the embedded server with a tool and a terminal", { timeout: 120_000 }, () => {
  test("is started again after it was killed, and leaves no tool behind", async (context) => {
    const serveUi = await start(context)
    await healthy(serveUi)
    await startToolAndTerminal(serveUi)
    const [pid] = pidsFromLog(serveUi)
    process.kill(pid ?? 0, "SIGKILL")
    await until("a second start", async () => (pidsFromLog(serveUi).length > 1 ? true : undefined))
    await healthy(serveUi)
    const sleeping = processesIn(serveUi.home).filter((each) =>
      readFileSync(`/proc/${each}/cmdline`, "latin1").startsWith("sleep\x0097"),
    )
    expect(sleeping).toEqual([])
  })

  test.for(["SIGTERM", "SIGINT", "SIGKILL"] as const)(
    "nothing is left running after %s",
    async (signal, context) => {
      const serveUi = await start(context)
      await healthy(serveUi)
      await startToolAndTerminal(serveUi)
      serveUi.child.kill(signal)
      const code = await serveUi.child.exited
      if (signal !== "SIGKILL") {
        expect(code).toBe(0)
        expect(processesIn(serveUi.home)).toEqual([])
      }
      await until("nothing", async () => (processesIn(serveUi.home).length === 0 ? true : undefined))
    },
  )
})
