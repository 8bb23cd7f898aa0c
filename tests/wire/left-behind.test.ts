// Work that nobody waits for any more: what a client or a target leaves behind must not stay with us.
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, expect, test } from "vitest"
import { openRaw } from "./open-raw.ts"
import { startProxy } from "./start-proxy.ts"
import { startRawTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test("orphaned work: a client that leaves while its server is looked up never reaches the target", async () => {
  let reached = 0
  const target = await startRawTarget(() => {
    reached += 1
  })
  const lookedUp = Promise.withResolvers<void>()
  const proxy = startProxy({
    env: { SANDBAR_ALLOWED_TARGETS: target.origin },
    network: { touch: () => lookedUp.promise },
  })
  cleanups.push(target.stop, proxy.stop)
  const head = `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n\r\n`
  const client = await openRaw(proxy.port, head)
  await sleep(100)
  client.destroy()
  await sleep(100)
  lookedUp.resolve()
  await sleep(300)
  expect(reached).toBe(0)
})

test("endless answer: a small length beside chunks is not believed, so nothing is collected in memory", async () => {
  const target = await startRawTarget((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
  })
  const proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: target.origin } })
  cleanups.push(target.stop, proxy.stop)
  const answer = await fetch(`${proxy.url}/api/proxy/x`, { headers: { "x-target-server": target.origin } })
  const reader = answer.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("hello")
  await reader?.cancel()
})
