// The relay must break exactly what it says it breaks, or the thousand cuts prove nothing.
import net, { type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { type FaultInjector, startFaultInjector } from "./fault-injector.ts"

/** Answers each line with the same line, and says `tick` every 20 ms once it was asked to. */
const target = net.createServer((socket) => {
  let ticks: ReturnType<typeof setInterval> | undefined
  socket.on("error", () => socket.destroy())
  socket.on("close", () => clearInterval(ticks))
  socket.on("data", (chunk) => {
    asked.push(String(chunk))
    if (String(chunk) === "tick") ticks = setInterval(() => socket.write("tick"), 20)
    else socket.write(`<${chunk}>`)
  })
})
const asked: string[] = []
let injector: FaultInjector
const clients: net.Socket[] = []

beforeAll(() => new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve)))
afterAll(() => void target.close())
beforeEach(async () => {
  asked.length = 0
  injector = await startFaultInjector((target.address() as AddressInfo).port)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await injector.stop()
})

interface Client {
  readonly seen: () => string
  readonly end: () => string | undefined
  say(text: string): void
}

async function connect(): Promise<Client> {
  const socket = net.connect(injector.port, "127.0.0.1")
  clients.push(socket)
  let seen = ""
  let end: string | undefined
  socket.on("data", (chunk) => {
    seen += chunk
  })
  socket.on("end", () => {
    end ??= "end"
  })
  socket.on("error", (error: NodeJS.ErrnoException) => {
    end ??= error.code
  })
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve)
    socket.once("error", reject)
  })
  return { seen: () => seen, end: () => end, say: (text) => void socket.write(text) }
}

test("without a fault everything passes, also on a connection that is used again and again", async () => {
  const client = await connect()
  for (let number = 0; number < 20; number++) {
    client.say(`${number};`)
    await expect.poll(client.seen).toContain(`<${number};>`)
  }
  const big = "x".repeat(3_000_000)
  client.say(big)
  await expect.poll(() => client.seen().match(/x/g)?.length, { timeout: 5_000 }).toBe(big.length)
})

test("a reset is seen as a reset", async () => {
  const client = await connect()
  client.say("a")
  await expect.poll(client.seen).toBe("<a>")
  injector.reset()
  await expect.poll(client.end).toBe("ECONNRESET")
  expect(injector.open()).toBe(0)
})

test("a polite end is seen as an end", async () => {
  const client = await connect()
  client.say("a")
  await expect.poll(client.seen).toBe("<a>")
  injector.hangUp()
  await expect.poll(client.end).toBe("end")
})

test("a stalled connection stays open and says nothing, while a new one passes", async () => {
  const client = await connect()
  client.say("tick")
  await expect.poll(client.seen).toContain("tick")
  injector.stall()
  await sleep(60)
  const before = client.seen()
  client.say("b")
  await sleep(150)
  expect([client.seen(), client.end()]).toEqual([before, undefined])
  expect(asked).not.toContain("b")
  const other = await connect()
  other.say("c")
  await expect.poll(other.seen).toBe("<c>")
})

test("a cut after so many bytes lets exactly those pass, then resets", async () => {
  const client = await connect()
  client.say("tick")
  await expect.poll(client.seen).toContain("tick")
  injector.cutAfter(6)
  const before = client.seen().length
  await expect.poll(client.end).toBe("ECONNRESET")
  const passed = client.seen().length - before
  // What was on its way when the cut was asked for had already passed.
  expect(passed % 4).toBe(2)
})

test("a gateway's 502 is answered to whoever asks, until it is healed", async () => {
  injector.answer502()
  const url = `${injector.origin}/`
  expect((await fetch(url)).status).toBe(502)
  await injector.heal()
  const client = await connect()
  client.say("a")
  await expect.poll(client.seen).toBe("<a>")
})

test("where nobody listens, connecting is refused, until it is healed", async () => {
  const client = await connect()
  await injector.refuse()
  await expect.poll(client.end).toBe("ECONNRESET")
  await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" })
  await injector.heal()
  await connect()
})

test("a lost request never reaches the target; a lost answer does, and only its answer is gone", async () => {
  const requestLost = injector.lose("request", "POST")
  const first = await connect()
  first.say("GET one")
  await expect.poll(first.seen).toBe("<GET one>")
  first.say("POST two")
  await expect.poll(first.end).toBe("ECONNRESET")
  expect(asked).toEqual(["GET one"])
  await requestLost

  const answerLost = injector.lose("answer", "POST")
  const second = await connect()
  second.say("POST three")
  await expect.poll(second.end).toBe("ECONNRESET")
  expect([asked.at(-1), second.seen()]).toEqual(["POST three", ""])
  await answerLost
})
