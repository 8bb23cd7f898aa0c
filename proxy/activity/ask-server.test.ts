import { afterEach, beforeEach, expect, test } from "vitest"
import { loopbackRoute } from "../sandboxes/managed.ts"
import { type AskRoute, makeAskRoute, makeBudget } from "./ask-server.ts"
import { isWorking } from "./is-working.ts"
import { NotThere } from "./look-for-work.ts"

const megabyte = 1_048_576
let server: ReturnType<typeof Bun.serve>
let ask: (path: string, budget?: { left: number }) => Promise<unknown>
let asked = 0
const answers: Record<string, () => Response> = {
  "/missing": () => Response.json({ error: "no such path" }, { status: 404 }),
  "/page": () =>
    new Response("\n<!doctype html><title>OpenCode</title>", { headers: { "content-type": "text/html" } }),
  "/bad": () => new Response("<html>Bad gateway</html>", { status: 502 }),
  "/cut": () => new Response('[{"directory": "/a'),
  "/api/session/active": () => Response.json({ data: {} }),
}

/** Answers each question with a megabyte, and says that it has worked in a hundred directories. */
beforeEach(() => {
  asked = 0
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      asked += 1
      const { pathname } = new URL(request.url)
      const said = answers[pathname]
      if (said) return said()
      if (pathname === "/experimental/session")
        return Response.json(Array.from({ length: 100 }, (_, at) => ({ directory: `/${at}` })))
      return new Response(`{"much": {"type": "idle", "text": "${"x".repeat(megabyte)}"}}`)
    },
  })
  const route = loopbackRoute(server.port ?? 0, "The server", "Basic eA==")
  const deps = { fetch, viaToken: "test", drain: { onStop: () => () => undefined } }
  const askRoute: AskRoute = makeAskRoute(deps as unknown as Parameters<typeof makeAskRoute>[0])
  const signal = AbortSignal.timeout(20_000)
  ask = (path, budget) => askRoute(route, path, { signal, ...(budget && { budget }) })
})
afterEach(() => server.stop(true))

test("a chatty server: all answers to one look have a size together, and what goes beyond it is no answer", async () => {
  const budget = makeBudget()
  for (let times = 0; times < 3; times++) await ask("/session/status", budget)
  await expect(ask("/session/status", budget)).rejects.toThrow("too long")
  await expect(ask("/session/status")).resolves.toBeDefined()
})

test("a chatty server that is asked whether it works is not called idle, and costs no more than a look may", async () => {
  const budget = makeBudget()
  await expect(isWorking((path) => ask(path, budget), 0)).rejects.toThrow()
  expect(asked).toBeGreaterThan(100)
  expect(budget.left).toBeLessThan(0)
})

test.each(["/missing", "/page"])("a path that the server does not know is told apart: %s", async (path) => {
  await expect(ask(path)).rejects.toBeInstanceOf(NotThere)
})

test.each(["/bad", "/cut"])(
  "an answer that failed is not taken for a path that is not there: %s",
  async (path) => {
    await expect(ask(path)).rejects.not.toBeInstanceOf(NotThere)
  },
)
