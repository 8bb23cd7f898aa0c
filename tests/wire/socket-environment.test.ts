// Sockets and the process around them: its environment, its key, its signals.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { openThrough, ticketFor, upgrade } from "./socket-client.ts"
import { runServeUi, type ServeUi, startServeUi } from "./start-serve-ui.ts"
import { startSocketTarget } from "./start-socket-target.ts"
import { startRawTarget } from "./start-target.ts"
import { testCertificate, testKey } from "./test-certificate.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(env: Record<string, string>): Promise<ServeUi & { port: number }> {
  const started = await startServeUi({ SANDBAR_DRIVER: "none", ...env })
  cleanups.push(started.cleanup)
  return { ...started, url: started.url.slice(0, -1), port: Number(new URL(started.url).port) }
}

test("proxy in the environment: it sees no socket and no credentials", async () => {
  let seen = 0
  const trap = await startRawTarget((connection) => {
    seen += 1
    connection.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
  })
  const target = startSocketTarget({ onMessage: (peer, message) => peer.send(message) })
  cleanups.push(trap.stop, target.stop)
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
  const proxies = Object.fromEntries(names.map((name) => [name, trap.origin]))

  const { socket, got } = await openThrough(
    await start({ ...proxies, SANDBAR_ALLOWED_TARGETS: target.origin }),
    { target: target.origin, path: "/", authorization: "Basic c2VjcmV0" },
  )
  socket.send("hello")
  expect(await got(1)).toEqual(["hello"])
  expect(seen).toBe(0)

  // The trap works: a plain request of the same program goes there.
  const plain = Bun.spawn([process.execPath, "-e", `await fetch("${target.origin}")`], { env: proxies })
  await plain.exited
  expect(seen).toBe(1)
})

test("target with TLS: its certificate is checked against its name, although an address is dialled", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sandbar-tls-"))
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, "ca.pem")
  writeFileSync(file, testCertificate)
  const target = startSocketTarget({ tls: { cert: testCertificate, key: testKey } })
  cleanups.push(target.stop)
  const byName = { target: `https://localhost:${target.port}`, path: "/" }
  const byAddress = { target: `https://127.0.0.1:${target.port}`, path: "/" }
  const allowed = { SANDBAR_ALLOWED_TARGETS: `${byName.target},${byAddress.target}` }
  const wrong = { status: 502, code: "target.certificate" }

  const trusting = await start({ ...allowed, NODE_EXTRA_CA_CERTS: file })
  expect((await upgrade(trusting, byName)).status).toBe(101)
  expect(await upgrade(trusting, byAddress)).toMatchObject(wrong)
  expect(await upgrade(await start(allowed), byName)).toMatchObject(wrong)
  expect(target.handshakes.map((each) => each.headers.get("host"))).toEqual([`localhost:${target.port}`])
})

test("replicas: with the same SANDBAR_KEY one opens what the other gave, with keys of their own they do not", async () => {
  const target = startSocketTarget()
  cleanups.push(target.stop)
  const wish = { target: target.origin, path: "/" }
  const key = { SANDBAR_ALLOWED_TARGETS: target.origin, SANDBAR_KEY: "k".repeat(32) }
  const [first, second] = [await start(key), await start(key)]
  expect((await upgrade(second, wish, { ticket: await ticketFor(first, wish) })).status).toBe(101)

  const alone = await start({ SANDBAR_ALLOWED_TARGETS: target.origin })
  expect((await upgrade(alone, wish, { ticket: await ticketFor(alone, wish) })).status).toBe(101)
  const ticket = await ticketFor(first, wish)
  expect(await upgrade(alone, wish, { ticket })).toMatchObject({ status: 403, code: "ticket.invalid" })
})

test("a key that everybody can read: nothing starts, and one sentence says what to do", async () => {
  const home = mkdtempSync(join(tmpdir(), "sandbar-home-"))
  cleanups.push(() => rmSync(home, { recursive: true, force: true }))
  writeFileSync(join(home, "key"), "k".repeat(64))
  chmodSync(join(home, "key"), 0o644)
  const run = await runServeUi([], { SANDBAR_DRIVER: "none", SANDBAR_HOME: home })
  expect([run.code, run.stdout]).toEqual([1, ""])
  expect(run.stderr).toMatch(/^Everybody on this machine can read .+ chmod 600\.\n$/)
})

test("SIGTERM: both sides of an open socket hear that it restarts, and the process ends", async () => {
  const target = startSocketTarget()
  cleanups.push(target.stop)
  const proxy = await start({ SANDBAR_ALLOWED_TARGETS: target.origin, SANDBAR_DRAIN_SECONDS: "20" })
  const { closed } = await openThrough(proxy, { target: target.origin, path: "/" })
  const began = performance.now()
  proxy.child.kill("SIGTERM")
  expect((await closed).code).toBe(1012)
  expect((await target.closed).code).toBe(1012)
  expect(await proxy.child.exited).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
})
