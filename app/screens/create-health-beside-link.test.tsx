import { cleanup, render } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider, useServers } from "../servers/server-context.tsx"
import type { ServerHealth } from "../servers/server-health.ts"
import { createHealthBesideLink } from "./create-health-beside-link.ts"

const healthy: ServerHealth = { kind: "healthy", version: "1", latencyMs: 1 }
const down: ServerHealth = { kind: "failed", reason: "It is down." }
const server = { id: "a:1", name: "a:1", url: "http://a:1", provided: false }

/** `looks` answers the probes one after the other; a look that is not answered hangs. */
function open(first: LinkState) {
  const [state, setState] = createSignal<LinkState>(first)
  const retryNow = vi.fn()
  const looks: ((health: ServerHealth) => void)[] = []
  const probe = () => new Promise<ServerHealth>((resolve) => looks.push(resolve))
  const link = { state, reason: () => undefined, retryNow, follow: () => undefined }
  const own = [{ name: "a:1", url: server.url }]
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  let health: () => ServerHealth = () => healthy
  const Beside = () => {
    const servers = useServers()
    health = () => servers.health(server.id)
    createHealthBesideLink()
    return null
  }
  render(() => (
    <ServersProvider options={{ provided: [], activeId: () => server.id, probe }}>
      <ConnectionProvider value={{ server, link } as unknown as Connection}>
        <Beside />
      </ConnectionProvider>
    </ServersProvider>
  ))
  const answer = async (found: ServerHealth) => {
    looks.at(-1)?.(found)
    await pass(0)
  }
  return { setState, retryNow, looks, answer, health: () => health() }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  localStorage.clear()
  vi.useRealTimers()
})

test("opening a server that is well costs one look", async () => {
  const { setState, looks, answer } = open("connecting")
  await answer(healthy)
  setState("live")
  await pass(5_000)
  expect(looks).toHaveLength(1)
})

test("a server that the poll finds up again is connected to at once", async () => {
  const { retryNow, answer } = open("retrying")
  await answer(down)
  expect(retryNow).not.toHaveBeenCalled()
  await pass(10_000)
  await answer(healthy)
  expect(retryNow).toHaveBeenCalledOnce()
})

test("a link that breaks off, and one that is shut out, have the server looked at", async () => {
  const { setState, looks, answer } = open("connecting")
  await answer(healthy)
  setState("live")
  setState("retrying")
  expect(looks).toHaveLength(2)
  await answer(healthy)
  setState("connecting")
  setState("refused")
  expect(looks).toHaveLength(3)
})

test("a look that began before the link stood and fails after it is not believed before a second one", async () => {
  const { setState, looks, answer, health } = open("connecting")
  await pass(3_000)
  setState("live")
  await pass(3_000)
  await answer(down)
  expect(looks).toHaveLength(2)
  await answer(healthy)
  expect(health().kind).toBe("healthy")
  await pass(5_000)
  expect(looks).toHaveLength(2)
})

test("two that contradict each other for good do not ask in circles", async () => {
  const { looks, answer, retryNow } = open("live")
  for (let look = 0; look < 5; look++) await answer(down)
  expect(looks.length).toBeLessThanOrEqual(2)
  await pass(9_000)
  expect(looks.length).toBeLessThanOrEqual(2)
  expect(retryNow).not.toHaveBeenCalled()
})

test("a link that was refused while the poll finds all well is tried again, ever more rarely, until it lives", async () => {
  const { setState, retryNow, answer } = open("connecting")
  await answer(healthy)
  retryNow.mockClear()
  setState("refused")
  await pass(4_999)
  expect(retryNow).not.toHaveBeenCalled()
  await pass(1)
  expect(retryNow).toHaveBeenCalledOnce()
  setState("connecting")
  setState("refused")
  await pass(9_999)
  expect(retryNow).toHaveBeenCalledOnce()
  await pass(1)
  expect(retryNow).toHaveBeenCalledTimes(2)
  setState("live")
  await pass(120_000)
  expect(retryNow).toHaveBeenCalledTimes(2)
})
