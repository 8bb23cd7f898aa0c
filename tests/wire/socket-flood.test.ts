// Memory: whoever sends faster than the other side reads has to wait, not to be stored. The proxy is a process of
// its own; so is the target that floods.
import { readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { startChild } from "../fakes/child.ts"
import { handshake, socketPath, ticketFor, type Wish } from "./socket-client.ts"
import { type ServeUi, startServeUi } from "./start-serve-ui.ts"
import { startRawSocketTarget } from "./start-socket-target.ts"

const seconds = 8
const pace = 1_048_576
/** Bun's heap breathes by some MiB; what it must not do is to follow what the other side could send. */
const mostGrowth = 60 * 1_048_576

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function startProxyProcess(origin: string): Promise<ServeUi & { port: number }> {
  const started = await startServeUi({ SANDBAR_DRIVER: "none", SANDBAR_ALLOWED_TARGETS: origin })
  cleanups.push(started.cleanup)
  return { ...started, url: started.url.slice(0, -1), port: Number(new URL(started.url).port) }
}

async function openClient(proxy: { url: string; port: number }, wish: Wish): Promise<Socket> {
  const ticket = await ticketFor(proxy, wish)
  const socket = connect(proxy.port, "127.0.0.1")
  socket.on("error", () => socket.destroy())
  cleanups.push(() => socket.destroy())
  const opened = new Promise<void>((resolve, reject) => {
    socket.once("data", (data) => {
      if (data.toString("latin1").startsWith("HTTP/1.1 101")) resolve()
      else reject(new Error(data.toString("latin1")))
    })
  })
  socket.write(handshake(proxy, socketPath(wish, ticket)))
  await opened
  return socket
}

/** Reads so many bytes a second, and says how many it has read. */
function readAt(socket: Socket, bytesPerSecond: number): () => number {
  let read = 0
  socket.on("data", (data) => {
    read += data.length
    socket.pause()
    setTimeout(() => socket.resume(), (data.length / bytesPerSecond) * 1_000)
  })
  return () => read
}

function rssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1_024
}

async function mostRss(pid: number): Promise<number> {
  let most = 0
  for (let sample = 0; sample < seconds * 4; sample += 1) {
    await Bun.sleep(250)
    most = Math.max(most, rssOf(pid))
  }
  return most
}

async function startFlood(): Promise<{ origin: string; sent: () => number; closed: () => number }> {
  const child = startChild(process.execPath, [join(import.meta.dirname, "programs", "flood-target.ts")], {
    cwd: "/",
    env: { PATH: process.env.PATH },
  })
  cleanups.push(() => child.stop())
  const [, port] = await child.until(/port (\d+)\n/)
  const last = (name: string) => Number(new RegExp(`.*${name} (\\d+)`, "s").exec(child.output())?.[1] ?? 0)
  return {
    origin: `http://127.0.0.1:${port}`,
    sent: () => last("sent"),
    closed: () => last("closed"),
  }
}

test("flood from a target: a client that reads 1 MB/s slows it down, and memory stays flat", {
  timeout: 60_000,
}, async () => {
  const target = await startFlood()
  const proxy = await startProxyProcess(target.origin)
  const wish = { target: target.origin, path: "/pty/1/connect" }

  // What it could send: to a client that reads all it can.
  const fast = await openClient(proxy, wish)
  let taken = 0
  fast.on("data", (data) => {
    taken += data.length
  })
  await Bun.sleep(1_000)
  fast.destroy()
  const couldSend = taken * seconds
  await Bun.sleep(500)

  const before = { rss: rssOf(proxy.child.pid), sent: target.sent() }
  const slow = await openClient(proxy, wish)
  const read = readAt(slow, pace)
  const most = await mostRss(proxy.child.pid)
  const sent = target.sent() - before.sent

  expect(most - before.rss).toBeLessThan(mostGrowth)
  // It goes on, at the client's pace: what was sent and not read fits into the buffers on the way.
  expect(target.closed()).toBe(1)
  expect(read()).toBeGreaterThan((seconds * pace) / 4)
  expect(sent - read()).toBeLessThan(2 * mostGrowth)
  expect(couldSend).toBeGreaterThan(4 * sent)
})

test("flood from a client: a target that reads 1 MB/s slows it down, and memory stays flat", {
  timeout: 60_000,
}, async () => {
  let read: () => number = () => 0
  const target = await startRawSocketTarget((connection, opening) => {
    connection.write(opening)
    read = readAt(connection, pace)
  })
  cleanups.push(target.stop)
  const proxy = await startProxyProcess(target.origin)
  const client = await openClient(proxy, { target: target.origin, path: "/pty/1/connect" })

  let sent = 0
  // Sixteen KiB of text under a mask of zeros.
  const message = Buffer.concat([Buffer.from([0x81, 0xfe, 0x40, 0, 0, 0, 0, 0]), Buffer.alloc(16_384, "x")])
  const pour = () => {
    do sent += message.length
    while (client.write(message))
  }
  client.on("drain", pour)
  const before = rssOf(proxy.child.pid)
  pour()
  const most = await mostRss(proxy.child.pid)

  expect(most - before).toBeLessThan(mostGrowth)
  expect(read()).toBeGreaterThan((seconds * pace) / 4)
  expect(sent - read()).toBeLessThan(2 * mostGrowth)
})
