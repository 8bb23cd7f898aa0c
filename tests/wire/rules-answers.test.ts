// R16–R19: answers that are made to break the proxy, or to reach another client than the one who asked. After each
// of them the next client gets its own answer, and a connection that may hold bytes of the attack is not used again.
import { createServer, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { chunkedBodyOf, headOf, statusesOf } from "./raw-heads.ts"
import { type RawAnswer, rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { startServeUi } from "./start-serve-ui.ts"

const ok = "HTTP/1.1 200 OK\r\n"
const inChunks = `${ok}Transfer-Encoding: chunked\r\n\r\n`
const withLength = (body: string) => `${ok}Content-Length: ${body.length}\r\n\r\n${body}`

/** What the target says to `/bad`; to any other path it answers with that path. */
let attack: (socket: Socket) => void = () => undefined
let seen: { path: string; connection: number }[] = []
let proxy: TestProxy
let origin: string
const target = createServer((socket) => {
  const connection = ++connections
  sockets.add(socket)
  socket.on("error", () => socket.destroy())
  socket.on("close", () => sockets.delete(socket))
  socket.on("data", (data) => {
    const path = data.toString("latin1").split(" ")[1] ?? ""
    seen.push({ path, connection })
    if (path === "/bad") attack(socket)
    else socket.write(withLength(path))
  })
})
const sockets = new Set<Socket>()
let connections = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve))
  const address = target.address()
  origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`
  proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: origin }, headersMs: 400 })
})
afterAll(async () => {
  await proxy.stop()
  for (const socket of sockets) socket.destroy()
  target.close()
})
beforeEach(() => {
  seen = []
})

function ask(path: string, lines = ""): Promise<RawAnswer> {
  const head = `GET /api/proxy${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${origin}\r\n${lines}`
  return rawRequest(proxy.port, `${head}Connection: close\r\n\r\n`, 5_000)
}

function says(bytes: string): (socket: Socket) => void {
  return (socket) => void socket.write(bytes, "latin1")
}

function bodyOf({ text }: RawAnswer): string {
  const chunked = /\r\ntransfer-encoding: chunked\r\n/i.test(headOf(text))
  return chunked ? chunkedBodyOf(text) : text.slice(headOf(text).length)
}

async function expectNextIsGood(): Promise<void> {
  const next = await ask("/next")
  expect([next.status, bodyOf(next), next.closed]).toEqual([200, "/next", "end"])
}

/** Whether a request after the attack came on the connection that the attack came on. */
function poisonedConnectionWasUsed(): boolean {
  const bad = seen.filter(({ path }) => path === "/bad").map(({ connection }) => connection)
  return seen.some(({ path, connection }) => path !== "/bad" && bad.includes(connection))
}

async function expectRefusal(bytes: string, code = "target.invalid"): Promise<void> {
  attack = says(bytes)
  const answer = await ask("/bad")
  expect([answer.status, answer.closed]).toEqual([502, "end"])
  expect(answer.text).toContain(code)
  expect(answer.text).not.toMatch(/evil/i)
  await expectNextIsGood()
}

describe("crash by status: a number that a Response cannot have is a plain 502", () => {
  const cases = [
    "000",
    "099",
    "600",
    "999",
    "1000",
    "65736",
    "-200",
    "+200",
    "2x0",
    "",
    "20",
    "\u00b2\u2070\u2070",
  ]
  test.each(cases)("%j", async (status) => {
    await expectRefusal(`HTTP/1.1 ${status} Odd\r\nContent-Length: 4\r\n\r\nEVIL`)
  })
  test.each(["HTTP/2.0 200 OK", "ICY 200 OK", "HTTP/1.1", "HTTP/x.y 200 OK", "200 OK HTTP/1.1"])(
    "%s",
    async (line) => {
      await expectRefusal(`${line}\r\nContent-Length: 4\r\n\r\nEVIL`)
    },
  )
  test.each(["websocket", "h2c", "TLS/1.3"])("a switch to %s that nobody asked for", async (protocol) => {
    await expectRefusal(`HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: ${protocol}\r\n\r\nEVIL`)
    expect(poisonedConnectionWasUsed()).toBe(false)
  })
})

describe("response smuggling: an end that readers disagree about is refused, and its connection is not used again", () => {
  test.each([
    ["a negative length", "Content-Length: -1\r\n"],
    ["a length with a sign", "Content-Length: +4\r\n"],
    ["a length in hex", "Content-Length: 0x4\r\n"],
    ["a length that is no number", "Content-Length: four\r\n"],
    ["a length beyond 64 bits", "Content-Length: 18446744073709551620\r\n"],
    ["two lengths", "Content-Length: 4\r\nContent-Length: 2\r\n"],
    ["two lengths in one header", "Content-Length: 4, 2\r\n"],
    ["an encoding that ends like chunked", "Transfer-Encoding: xchunked\r\n"],
    ["chunked, then another encoding", "Transfer-Encoding: chunked, identity\r\n"],
    ["a space before the colon of a length", "Content-Length : 4\r\n"],
  ])("%s", async (_name, lines) => {
    await expectRefusal(`${ok}${lines}\r\nEVIL`)
    expect(poisonedConnectionWasUsed()).toBe(false)
  })

  test.each([
    ["a negative size", "-1\r\nEVIL\r\n0\r\n\r\n"],
    ["a size that is four when it overflows 64 bits", "10000000000000004\r\nEVIL\r\n0\r\n\r\n"],
    ["no line break behind the data", "4\r\nbodyX0\r\n\r\n"],
    ["line breaks without CR", "4\nEVIL\n0\n\n"],
    ["no size", "\r\nEVIL\r\n0\r\n\r\n"],
  ])("a chunk with %s is a reset for the client, never a clean end", async (_name, chunks) => {
    attack = says(inChunks + chunks)
    const answer = await ask("/bad")
    expect(answer.closed).toBe("reset")
    expect(answer.text).not.toMatch(/0\r\n\r\n$/)
    await expectNextIsGood()
    expect(poisonedConnectionWasUsed()).toBe(false)
  })

  test.each([
    [
      "chunks beside a length",
      `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
    ],
    [
      "a length behind chunks",
      `${ok}Transfer-Encoding: chunked\r\nContent-Length: 90\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
    ],
    ["two equal lengths", `${ok}Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody`],
    ["a chunk with a long extension", `${inChunks}4;${"a".repeat(100_000)}\r\nbody\r\n0\r\n\r\n`],
    ["cookies behind the last chunk", `${inChunks}4\r\nbody\r\n0\r\nSet-Cookie: evil=1\r\n\r\n`],
  ])("%s: the client gets the body once, under one length of ours", async (_name, bytes) => {
    attack = says(bytes)
    const answer = await ask("/bad")
    expect([answer.status, bodyOf(answer)]).toEqual([200, "body"])
    expect(headOf(answer.text).match(/^(content-length|transfer-encoding):/gim)).toHaveLength(1)
    expect(answer.text).not.toContain("evil")
    await expectNextIsGood()
  })
})

describe("response splitting: bytes behind an answer are nobody's", () => {
  const extra = withLength("EVIL")
  const long = "x".repeat(30_000)
  test.each([
    ["more than the length says", `${withLength("good")}EVIL`],
    ["a second answer", withLength("good") + extra],
    ["a second answer behind a long one", withLength(long) + extra],
    ["a second answer behind chunks", `${inChunks}4\r\ngood\r\n0\r\n\r\n${extra}`],
    [
      "a body of 204, which has none",
      `HTTP/1.1 204 No Content\r\nContent-Length: ${extra.length}\r\n\r\n${extra}`,
    ],
    [
      "a body of 304, which has none",
      `HTTP/1.1 304 Not Modified\r\nContent-Length: ${extra.length}\r\n\r\n${extra}`,
    ],
  ])("%s", async (_name, bytes) => {
    attack = says(bytes)
    const answer = await ask("/bad")
    expect(statusesOf(answer.text)).toHaveLength(1)
    expect(answer.text).not.toContain("EVIL")
    for (let i = 0; i < 3; i++) await expectNextIsGood()
  })

  test.each([0, 30])("a second answer %i ms after the first", async (afterMs) => {
    attack = (socket) => {
      socket.write(withLength("good"))
      setTimeout(() => socket.write(extra), afterMs)
    }
    expect(bodyOf(await ask("/bad"))).toBe("good")
    await Bun.sleep(100)
    for (let i = 0; i < 3; i++) await expectNextIsGood()
    expect(poisonedConnectionWasUsed()).toBe(false)
  })

  test("a second answer to HEAD is not the next client's", async () => {
    attack = says(withLength(extra))
    const head = `HEAD /api/proxy/bad HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${origin}\r\nConnection: close\r\n\r\n`
    expect((await rawRequest(proxy.port, head)).text).not.toContain("EVIL")
    await expectNextIsGood()
    expect(poisonedConnectionWasUsed()).toBe(false)
  })
})

describe("header injection: a target writes a line of its own into our answer", () => {
  test.each([
    ["a bare CR in the reason", `HTTP/1.1 200 OK\rSet-Cookie: evil=1\r\nContent-Length: 4\r\n\r\nbody`],
    ["a bare CR in a value", `${ok}ETag: "1"\rSet-Cookie: evil=1\r\nContent-Length: 4\r\n\r\nbody`],
    ["a NUL in a value", `${ok}ETag: "1"\0evil\r\nContent-Length: 4\r\n\r\nbody`],
    ["a folded value", `${ok}ETag: "1"\r\n Set-Cookie: evil=1\r\nContent-Length: 4\r\n\r\nbody`],
    ["a space before the colon", `${ok}Set-Cookie : evil=1\r\nContent-Length: 4\r\n\r\nbody`],
  ])("%s is refused", async (_name, bytes) => {
    await expectRefusal(bytes)
  })

  test.each([
    ["a bare LF in a value", `${ok}ETag: "1"\nSet-Cookie: evil=1\r\nContent-Length: 4\r\n\r\nbody`],
    ["the reason", `HTTP/1.1 200 <script>evil</script>\r\nContent-Length: 4\r\n\r\nbody`],
    ["early hints", `HTTP/1.1 103 Early\r\nLink: </evil>\r\nSet-Cookie: evil=1\r\n\r\n${withLength("body")}`],
    [
      "three answers that only announce",
      `${"HTTP/1.1 102 Processing\r\nX-Evil: 1\r\n\r\n".repeat(3)}${withLength("body")}`,
    ],
  ])("%s brings nothing across", async (_name, bytes) => {
    attack = says(bytes)
    const answer = await ask("/bad")
    expect([statusesOf(answer.text), bodyOf(answer)]).toEqual([[200], "body"])
    expect(answer.text).not.toMatch(/evil/i)
    await expectNextIsGood()
  })

  test("an encoded line break in a redirect stays encoded", async () => {
    attack = says("HTTP/1.1 302 Found\r\nLocation: /x%0d%0aSet-Cookie:evil=1\r\nContent-Length: 0\r\n\r\n")
    const { text } = await ask("/bad")
    expect(text).toContain("Location: /api/proxy/x%0d%0aSet-Cookie:evil=1\r\n")
    expect(text).not.toMatch(/^set-cookie/im)
  })
})

describe("memory exhaustion: an answer without a measure", () => {
  const megabytes = () => process.memoryUsage().rss / 1_048_576

  test("cookies by the hundred never arrive, few or many", async () => {
    for (const count of [1, 50, 300]) {
      attack = says(`${ok}${"Set-Cookie: evil=1\r\n".repeat(count)}Content-Length: 4\r\n\r\nbody`)
      const { text, status } = await ask("/bad")
      expect([200, 502]).toContain(status)
      expect(text).not.toContain("evil")
      await expectNextIsGood()
    }
  })

  test.each([
    ["headers that never end", `${ok}${"X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".repeat(200_000)}`],
    ["a header that never ends", `${ok}X-A: ${"b".repeat(8_000_000)}`],
  ])("%s are cut off, and little of them is kept", async (_name, bytes) => {
    const before = megabytes()
    attack = says(bytes)
    for (let i = 0; i < 5; i++) expect([502, 504]).toContain((await ask("/bad")).status)
    await expectNextIsGood()
    expect(megabytes() - before).toBeLessThan(150)
  })

  test("announcements without end are a timeout for their client, and the others are served meanwhile", async () => {
    attack = (socket) => {
      const more = () =>
        socket.destroyed ||
        socket.write("HTTP/1.1 102 Processing\r\n\r\n".repeat(500), () => setTimeout(more, 1))
      more()
    }
    const answer = ask("/bad")
    for (let i = 0; i < 5; i++) await expectNextIsGood()
    expect((await answer).status).toBe(504)
    expect(poisonedConnectionWasUsed()).toBe(false)
  })

  test("a gzip bomb crosses as the few bytes that it is", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const before = megabytes()
    attack = (socket) => {
      socket.write(
        `${ok}Content-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: ${bomb.length}\r\n\r\n`,
      )
      socket.write(bomb)
    }
    const answer = await fetch(`${proxy.url}/api/proxy/bad`, {
      headers: { "x-target-server": origin, "accept-encoding": "gzip" },
      decompress: false,
    } as BunFetchRequestInit)
    expect(answer.headers.get("content-encoding")).toBe("gzip")
    expect(Buffer.from(await answer.arrayBuffer()).equals(bomb)).toBe(true)
    expect(megabytes() - before).toBeLessThan(100)
  })
})

describe("half an answer passed off as a whole one", () => {
  const stream = `${ok}Content-Type: text/event-stream\r\n`
  test.each([
    ["long, with a length", `${ok}Content-Length: 50000\r\n\r\n${"x".repeat(20_000)}`],
    ["in chunks, between two of them", `${inChunks}4\r\nhalf\r\n`],
    ["in chunks, within one", `${inChunks}8\r\nhalf`],
    ["an event stream", `${stream}Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n`],
  ])("%s: cut off at the target is a reset for the client", async (_name, bytes) => {
    for (const end of ["end", "resetAndDestroy"] as const) {
      attack = (socket) => {
        socket.write(bytes)
        setTimeout(() => socket[end](), 30)
      }
      const answer = await ask("/bad")
      expect(answer.closed).toBe("reset")
      expect(answer.text).not.toMatch(/0\r\n\r\n$/)
      await expectNextIsGood()
    }
  })

  test("short, with a length: a refusal, because nothing was passed on yet", async () => {
    attack = (socket) => socket.end(`${ok}Content-Length: 100\r\n\r\nhalf`)
    const answer = await ask("/bad")
    expect(answer.status).toBe(502)
    expect(answer.text).not.toContain("half\r\n")
    await expectNextIsGood()
  })
})

test("log flood: an answer that breaks off at once is a line of our log, not a page of source code", async () => {
  attack = (socket) => socket.end(`${inChunks}8\r\nhalf`)
  const env = { SANDBAR_DRIVER: "none", SANDBAR_LOG: "json", SANDBAR_ALLOWED_TARGETS: origin }
  const serveUi = await startServeUi(env)
  try {
    const url = `${serveUi.url}api/proxy/bad`
    const failed = await fetch(url, { headers: { "x-target-server": origin } }).then(
      (answer) => answer.text(),
      String,
    )
    expect(failed).toMatch(/closed|reset/i)
    // Its line may come after the client's answer, on a busy machine much later.
    await expect.poll(serveUi.stderr, { timeout: 15_000 }).toContain("broke off")
    await Bun.sleep(100)
    const lines = serveUi.stderr().split("\n").filter(Boolean)
    expect(lines.filter((line) => !line.startsWith("{"))).toEqual([])
  } finally {
    await serveUi.cleanup()
  }
})
