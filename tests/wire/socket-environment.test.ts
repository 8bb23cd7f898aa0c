// What the environment of the process does to a socket on its way out: certificates count, proxies do not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { openThrough, upgrade } from "./socket-client.ts"
import { startServeUi } from "./start-serve-ui.ts"
import { startSocketTarget } from "./start-socket-target.ts"
import { startRawTarget } from "./start-target.ts"
import { testCertificate, testKey } from "./test-certificate.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(env: Record<string, string>): Promise<{ url: string; port: number }> {
  const started = await startServeUi({ SANDBAR_DRIVER: "none", ...env })
  cleanups.push(started.cleanup)
  return { url: started.url.slice(0, -1), port: Number(new URL(started.url).port) }
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
