// A stream from a sandbox that breaks off, over real sockets: whoever runs Sandbar reads of it in the log, unless it was
// we who ended the sandbox.
import { afterEach, expect, test } from "vitest"
import { type SandboxWorld, startSandboxWorld } from "./start-sandboxes.ts"
import { startRawTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const health = JSON.stringify({ healthy: true, version: "1.0.0" })
const answers = (path: string) =>
  path.startsWith("GET /global/health")
    ? `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${health.length}\r\nConnection: close\r\n\r\n${health}`
    : "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\na\r\ndata: {}\n\n\r\n"

type Listening = SandboxWorld & { id: string; cut: () => Promise<void>; warnings: () => string[] }

/** Ada listens to the events of her sandbox; `cut` ends its program in the middle of them. */
async function listen(): Promise<Listening> {
  const events: { destroy: () => void }[] = []
  const target = await startRawTarget((socket, request) => {
    socket.write(answers(request))
    if (request.startsWith("GET /event")) events.push(socket)
  })
  const endpoint = { origin: target.origin, authorization: "Basic c2FuZGJveC1zZWNyZXQ=" }
  const world = startSandboxWorld({ driver: { endpointOf: () => endpoint } })
  cleanups.push(target.stop, world.stop)
  const { id } = await world.spawn("ada")
  const reader = (await world.forward("ada", id, "/event")).body?.getReader()
  await reader?.read()
  const cut = async () => {
    for (const socket of events) socket.destroy()
    await expect(reader?.read()).rejects.toThrow()
    await Bun.sleep(50)
  }
  const warnings = () => world.proxy.logLines.filter((line) => line.includes("broke off"))
  return { ...world, id, cut, warnings }
}

test("a sandbox whose program ends by itself: one warning for its stream", async () => {
  const { cut, warnings } = await listen()
  await cut()
  expect(warnings()).toHaveLength(1)
  expect(warnings()[0]).toContain("The sandbox “One”")
})

test.each<[string, (world: Listening) => Promise<unknown>]>([
  ["that is stopped", ({ as, id }) => as("ada")(`/api/sandboxes/${id}/stop`, { method: "POST" })],
  ["that is deleted", ({ as, id }) => as("ada")(`/api/sandboxes/${id}`, { method: "DELETE" })],
  ["that has vanished", async ({ driver, id }) => driver.vanish(id)],
  [
    "that is stopped and woken at once",
    async ({ as, id }) => {
      await as("ada")(`/api/sandboxes/${id}/stop`, { method: "POST" })
      await Bun.sleep(5)
      await as("ada")(`/api/sandboxes/${id}/wake`, { method: "POST" })
    },
  ],
])("a sandbox %s: no warning, whatever it breaks off", async (_what, end) => {
  const world = await listen()
  await end(world)
  await world.cut()
  expect(world.warnings()).toEqual([])
})
