// A stop as operators and Kubernetes do it: serve-ui as a process, a signal, and what its clients see.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { type OpenSocket, openSocket } from "./open-socket.ts"
import { type ServeUi, startServeUi } from "./start-serve-ui.ts"
import { startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A target with an answer of every kind: one at once, one that takes a while, one that never ends. */
function startSlowTarget(): TestTarget & { gone: Promise<void>; finish: () => void; asked: () => number } {
  const gone = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  let asked = 0
  const target = startTarget(async (request) => {
    asked++
    const { pathname } = new URL(request.url)
    if (pathname === "/now") return new Response("now")
    if (pathname === "/slow") {
      await finish.promise
      return new Response("a whole answer")
    }
    if (pathname === "/halves") return new Response(inHalves(finish.promise))
    const headers = { "content-type": "text/event-stream" }
    return new Response(events(gone.resolve), { headers })
  })
  cleanups.push(target.stop)
  return { ...target, gone: gone.promise, finish: finish.resolve, asked: () => asked }
}

function events(cancel: () => void): ReadableStream {
  const start = (controller: ReadableStreamDefaultController) => controller.enqueue("data: 1\n\n")
  return new ReadableStream({ start, cancel })
}

function inHalves(second: Promise<void>): ReadableStream {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue("first half, ")
      await second
      controller.enqueue("second half")
      controller.close()
    },
  })
}

async function start(target: TestTarget, env: Record<string, string> = {}): Promise<ServeUi> {
  const serveUi = await startServeUi({
    SANDBAR_DRIVER: "none",
    SANDBAR_LOG: "json",
    SANDBAR_ALLOWED_TARGETS: target.origin,
    SANDBAR_DRAIN_SECONDS: "15",
    ...env,
  })
  cleanups.push(serveUi.cleanup)
  return serveUi
}

async function open(serveUi: ServeUi): Promise<OpenSocket> {
  const socket = await openSocket(Number(new URL(serveUi.url).port))
  cleanups.push(socket.close)
  return socket
}

/** Behind a wrapper, because what runs as OpenCode is a program, not a script of Bun's. */
async function startWithFakeOpencode(): Promise<ServeUi> {
  const directory = mkdtempSync(join(tmpdir(), "sandbar-fake-"))
  cleanups.push(() => rmSync(directory, { recursive: true }))
  const program = join(directory, "opencode")
  const script = join(import.meta.dirname, "programs", "slow-opencode.ts")
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, { mode: 0o755 })
  const serveUi = await startServeUi({
    SANDBAR_LOG: "json",
    SANDBAR_OPENCODE: program,
    SANDBAR_DRAIN_SECONDS: "15",
  })
  cleanups.push(serveUi.cleanup)
  while (!serveUi.stderr().includes("is ready")) await Bun.sleep(20)
  return serveUi
}

const get = (target: { origin: string }, path: string) =>
  `GET /api/proxy${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n\r\n`

/** Sent, and seen by the target. */
async function ask(serveUi: ServeUi, target: ReturnType<typeof startSlowTarget>, path: string) {
  const before = target.asked()
  const socket = await open(serveUi)
  socket.write(get(target, path))
  while (target.asked() === before) await Bun.sleep(10)
  return socket
}

/** The signal, and then the moment when the process no longer takes connections. */
async function signalled(serveUi: ServeUi, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  serveUi.child.kill(signal)
  while (!serveUi.stderr().includes('"stopping"')) await Bun.sleep(10)
  await Bun.sleep(50)
}

describe("a stop", () => {
  test("ends open event streams cleanly and at once, so that clients reconnect elsewhere", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const raw = await ask(serveUi, target, "/events")
    const response = await fetch(`${serveUi.url}api/proxy/events`, {
      headers: { "x-target-server": target.origin },
    })
    const reader = response.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n")
    const began = performance.now()
    serveUi.child.kill("SIGTERM")
    expect(await reader?.read()).toMatchObject({ done: true })
    await raw.closed
    expect([raw.text().endsWith("\r\n0\r\n\r\n"), raw.ending()]).toEqual([true, "end"])
    await target.gone
    expect(await serveUi.child.exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(7_000)
    expect(serveUi.stderr()).not.toContain('"error"')
  })

  test("waits for the answers that are under way, takes no new connection, and leaves when they are whole", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const slow = await ask(serveUi, target, "/slow")
    const halves = await ask(serveUi, target, "/halves")
    await ask(serveUi, target, "/events")
    await signalled(serveUi)
    // Not only when we have left.
    await target.gone
    await expect(open(serveUi)).rejects.toMatchObject({ code: "ECONNREFUSED" })
    target.finish()
    await Promise.all([slow.closed, halves.closed])
    expect(slow.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\na whole answer$/)
    expect(slow.text()).toMatch(/\r\nconnection: close\r\n/i)
    expect(halves.text()).toMatch(/first half, [\s\S]*second half\r\n0\r\n\r\n$/)
    expect([slow.ending(), halves.ending()]).toEqual(["end", "end"])
    expect(await serveUi.child.exited).toBe(0)
  })

  test("is told to probes and clients that were connected already: not ready, no new streams, go elsewhere", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const slow = await ask(serveUi, target, "/slow")
    const probe = await open(serveUi)
    const late = await open(serveUi)
    const stream = await open(serveUi)
    // Bun ends idle connections at once; these have begun to ask.
    probe.write("GET /readyz HTTP/1.1\r\nHo")
    late.write(get(target, "/now").slice(0, -4))
    stream.write(get(target, "/events").slice(0, -4))
    await signalled(serveUi)
    probe.write("st: 127.0.0.1\r\n\r\n")
    late.write("\r\n\r\n")
    stream.write("\r\n\r\n")
    await Promise.all([probe.closed, late.closed, stream.closed])
    expect(probe.text()).toMatch(/^HTTP\/1\.1 503 [\s\S]*{"ready":false}$/)
    expect(late.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*now$/)
    expect(stream.text()).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nretry-after: 1\r\n[\s\S]*proxy\.draining/i)
    for (const socket of [probe, late, stream])
      expect([/\r\nconnection: close\r\n/i.test(socket.text()), socket.ending()]).toEqual([true, "end"])
    await target.gone
    target.finish()
    await slow.closed
    expect(slow.text()).toContain("a whole answer")
    expect(await serveUi.child.exited).toBe(0)
  })

  test("cuts an answer that takes longer than SANDBAR_DRAIN_SECONDS, and still ends well", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target, { SANDBAR_DRAIN_SECONDS: "1" })
    const slow = await ask(serveUi, target, "/slow")
    const half = await ask(serveUi, target, "/halves")
    const began = performance.now()
    await signalled(serveUi)
    expect(await serveUi.child.exited).toBe(0)
    const took = performance.now() - began
    expect(took).toBeGreaterThan(900)
    expect(took).toBeLessThan(7_000)
    await Promise.all([slow.closed, half.closed])
    expect(slow.text()).toBe("")
    // Half an answer must not look like a whole one.
    expect(half.text()).not.toContain("0\r\n\r\n")
  })

  test.each(["SIGTERM", "SIGINT"] as const)("hurries when a second %s comes", async (second) => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const slow = await ask(serveUi, target, "/slow")
    await signalled(serveUi)
    await Bun.sleep(700)
    const began = performance.now()
    serveUi.child.kill(second)
    expect(await serveUi.child.exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(5_000)
    await slow.closed
    expect(slow.text()).toBe("")
  })

  test("told twice at the same moment, as systemd does, is one stop: no answer is cut", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const slow = await ask(serveUi, target, "/slow")
    // The kernel would make one of two equal signals.
    serveUi.child.kill("SIGHUP")
    await signalled(serveUi)
    target.finish()
    await slow.closed
    expect(slow.text()).toContain("a whole answer")
    expect(await serveUi.child.exited).toBe(0)
  })

  test("ends the embedded server last: its answers are whole, and nothing of it is left", async () => {
    const serveUi = await startWithFakeOpencode()
    const socket = await open(serveUi)
    socket.write(get({ origin: "http://local" }, "/slow"))
    while (!existsSync(join(serveUi.home, "project", "asked"))) await Bun.sleep(20)
    await signalled(serveUi)
    const pid = Number(/"pid":(\d+)/.exec(serveUi.stderr())?.[1])
    process.kill(pid, 0)
    await socket.closed
    expect(socket.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*a whole answer$/)
    expect(await serveUi.child.exited).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow("ESRCH")
  })

  test("does not wait for connections on which nobody asks anything", async () => {
    const target = startSlowTarget()
    const serveUi = await start(target)
    const idle = await Promise.all(Array.from({ length: 200 }, () => open(serveUi)))
    for (const socket of idle.slice(0, 100)) socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    while (idle.slice(0, 100).some((socket) => socket.text() === "")) await Bun.sleep(10)
    const began = performance.now()
    serveUi.child.kill("SIGTERM")
    expect(await serveUi.child.exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test("lets a slow reader have the rest of an answer", async () => {
    const size = 30_000_000
    const target = startTarget(() => new Response(new Uint8Array(size)))
    cleanups.push(target.stop)
    const serveUi = await start(target)
    const socket = await open(serveUi)
    socket.write(get(target, "/large"))
    while (socket.text() === "") await Bun.sleep(10)
    socket.pause()
    await signalled(serveUi)
    await Bun.sleep(300)
    expect(serveUi.child.exitCode).toBeNull()
    socket.resume()
    await socket.closed
    const zeroBytes = socket.text().split("\0").length - 1
    expect([zeroBytes, socket.text().slice(-5), socket.ending()]).toEqual([size, "0\r\n\r\n", "end"])
    expect(await serveUi.child.exited).toBe(0)
  })
})
