// R6, R10–R12: what the head of a request may say about where it goes, and what it may not take along. Raw sockets,
// because no HTTP client writes such heads. A second target stands where the attacks point to.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { headAtTarget, headOf, statusesOf } from "./raw-heads.ts"
import { type RawAnswer, rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { type Recorder, startRecorder } from "./start-recorder.ts"

let target: Recorder
let evil: Recorder
let proxy: TestProxy
beforeAll(async () => {
  target = await startRecorder()
  evil = await startRecorder({ host: "127.0.0.2" })
  proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: target.origin } })
})
afterAll(async () => {
  await proxy.stop()
  target.stop()
  evil.stop()
})

/** EVIL stands for host and port of the second target, whose port is not known before it listens. */
function send(line: string, lines = "", host = "Host: 127.0.0.1\r\n"): Promise<RawAnswer> {
  const close = lines.includes("Connection:") ? "" : "Connection: close\r\n"
  const own = `X-Target-Server: ${target.origin}\r\nX-Request-Id: r-1\r\n${close}`
  const bytes = `${line} HTTP/1.1\r\n${host}${own}${lines}\r\n`
  return rawRequest(proxy.port, bytes.replaceAll("EVIL", new URL(evil.origin).host), 1_000)
}

async function arriving(work: () => Promise<RawAnswer>): Promise<[answer: RawAnswer, requests: string[]]> {
  const before = target.requests.length
  const answer = await work()
  expect(evil.received()).toEqual([])
  return [answer, target.requests.slice(before)]
}

async function expectRefusal(work: () => Promise<RawAnswer>, status: number, code = ""): Promise<void> {
  const [answer, requests] = await arriving(work)
  expect([statusesOf(answer.text), requests]).toEqual([status === 0 ? [] : [status], []])
  expect(answer.text).toContain(code)
  expect(answer.closed).not.toBe("open")
}

describe("open proxy: the request line names another server", () => {
  test.each([
    ["http", "GET http://EVIL/api/proxy/x"],
    ["https", "GET https://EVIL/api/proxy/x"],
    ["behind our own name as user", "GET http://127.0.0.1@EVIL/api/proxy/x"],
    ["in capitals", "GET HTTP://EVIL/api/proxy/x"],
  ])("%s: its authority is ignored, and the target is the one that the policy chose", async (_name, line) => {
    const [answer, requests] = await arriving(() => send(line))
    expect(answer.status).toBe(200)
    expect(requests).toEqual([headAtTarget("GET /x", target.origin)])
  })

  test.each<[string, string, number, string?]>([
    ["a path of the other server", "GET http://EVIL/x", 404, "path.unknown"],
    ["two slashes", "GET //EVIL/api/proxy/x", 404, "path.unknown"],
    ["another scheme", "GET ftp://EVIL/api/proxy/x", 400],
    ["a file", "GET file:///etc/passwd", 400],
    ["only an authority", "GET EVIL", 400],
    ["a tunnel", "CONNECT EVIL", 405, "request.method"],
    ["an asterisk", "OPTIONS *", 400],
    ["no slash", "GET api/proxy/x", 400],
    ["a space in it", "GET /api/proxy/x http://EVIL/", 505],
  ])("%s is refused", async (_name, line, status, code) => {
    await expectRefusal(() => send(line), status, code)
  })
})

describe("allowlist bypass: the path tries to become the authority of the URL that is dialled", () => {
  test.each([
    ["/@EVIL/x", "/@EVIL/x"],
    ["/:80@EVIL/x", "/:80@EVIL/x"],
    ["//EVIL/x", "/EVIL/x"],
    ["///EVIL/x", "/EVIL/x"],
    ["/\\EVIL\\x", "/EVIL/x"],
    ["/%2f%2fEVIL/x", "/%2f%2fEVIL/x"],
    ["/%40EVIL/x", "/%40EVIL/x"],
    ["/.EVIL/x", "/.EVIL/x"],
    ["/http://EVIL/x", "/http://EVIL/x"],
    ["/x?@EVIL/", "/x?@EVIL/"],
    ["/?http://EVIL/", "/?http://EVIL/"],
  ])("%s goes to the chosen target as %s", async (path, arrives) => {
    const [answer, requests] = await arriving(() => send(`GET /api/proxy${path}`))
    expect(answer.status).toBe(200)
    const line = `GET ${arrives}`.replaceAll("EVIL", new URL(evil.origin).host)
    expect(requests).toEqual([headAtTarget(line, target.origin)])
  })

  test.each(["@EVIL/x", ":80@EVIL/x", ".EVIL/x", "x@EVIL/", "%40EVIL/x"])(
    "%s glued to our own path is refused",
    async (glued) => {
      await expectRefusal(() => send(`GET /api/proxy${glued}`), 400, "request.malformed")
    },
  )

  test.each(["/../../x", "/%2e%2e/%2e%2e/x", "/a/../../../x", "/..\\..\\x"])(
    "%s leaves our own path, and nothing is forwarded",
    async (path) => {
      await expectRefusal(() => send(`GET /api/proxy${path}`), 404, "path.unknown")
    },
  )
})

describe("host confusion: two readers see two hosts", () => {
  test.each<[string, string, string?]>([
    ["two that differ", "Host: EVIL\r\nHost: 127.0.0.1\r\n"],
    ["two that are equal", "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"],
    ["a list", "Host: 127.0.0.1, EVIL\r\n"],
    ["a user in front", "Host: 127.0.0.1@EVIL\r\n"],
    ["a path behind", "Host: 127.0.0.1/EVIL\r\n"],
    ["a space in it", "Host: 127.0.0.1 EVIL\r\n"],
    ["an encoded character", "Host: 127.0.0.1%2eEVIL\r\n"],
    ["two ports", "Host: 127.0.0.1:80:80\r\n"],
    ["a target header in two", "Host: 127.0.0.1\r\nX-Target-Server: http://EVIL\r\n", "target.malformed"],
  ])("%s is refused", async (_name, host, code = "request.malformed") => {
    await expectRefusal(() => send("GET /api/proxy/x", "", host), 400, code)
  })

  test("DNS rebinding: a good authority in the request line does not stand in for a foreign Host", async () => {
    const foreign = "Host: rebound.example\r\n"
    await expectRefusal(() => send("GET http://127.0.0.1/api/proxy/x", "", foreign), 403, "request.host")
  })

  test("host header injection: what the target reads comes from the policy, never from the browser", async () => {
    const lines =
      "X-Forwarded-Host: EVIL\r\nX-Original-URL: /admin\r\nForwarded: host=EVIL\r\nX-Host: EVIL\r\n"
    const [, requests] = await arriving(() => send("GET /api/proxy/x", lines))
    expect(requests).toEqual([headAtTarget("GET /x", target.origin)])
  })
})

describe("cross-site tracing and tunnels: methods that reach no target", () => {
  test.each<[string, number]>([
    ["TRACE", 405],
    ["CONNECT", 405],
    ["PROPFIND", 405],
    ["PURGE", 405],
    // Bun's parser closes the connection without a word on methods that it has not heard of.
    ["TRACK", 0],
    ["get", 0],
  ])("%s", async (method, status) => {
    await expectRefusal(() => send(`${method} /api/proxy/x`), status)
  })

  test("verb tunnelling: a method in a header stays here", async () => {
    const lines = "X-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\nX-Method-Override: DELETE\r\n"
    const [, requests] = await arriving(() => send("GET /api/proxy/x", lines))
    expect(requests).toEqual([headAtTarget("GET /x", target.origin)])
  })
})

describe("h2c smuggling: another protocol is tunnelled past every rule", () => {
  test.each([
    [
      "h2c",
      "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    ],
    ["h2c that Connection does not list", "Connection: close\r\nUpgrade: h2c\r\n"],
    ["TLS", "Connection: close, Upgrade\r\nUpgrade: TLS/1.2\r\n"],
    ["WebSocket beside another", "Connection: close, Upgrade\r\nUpgrade: h2c, websocket\r\n"],
  ])("an upgrade to %s is refused", async (_name, lines) => {
    await expectRefusal(() => send("GET /api/proxy/x", lines), 400, "request.malformed")
  })

  test("the preface of HTTP/2 is refused", async () => {
    await expectRefusal(() => rawRequest(proxy.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400)
  })
})

describe("hop-by-hop abuse: Connection takes away what a rule put there", () => {
  test("the names of our own headers in it change nothing", async () => {
    const listed = "close, Host, Via, X-Request-Id, Accept-Encoding, X-Target-Server, X-Target-Authorization"
    const [, [request = ""]] = await arriving(() =>
      send("GET /api/proxy/x", `Connection: ${listed}\r\nX-Target-Authorization: Basic theirs\r\n`),
    )
    expect(linesOf(request)).toEqual(
      linesOf(headAtTarget("GET /x", target.origin).replace("Host:", "Authorization: Basic theirs\r\nHost:")),
    )
  })

  test("what is listed in a second Connection header, in odd spelling, goes no further either", async () => {
    const lines =
      "Connection: close\r\nConnection: ,, x-OPENCODE-a ,\r\nX-OpenCode-A: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
    const [, requests] = await arriving(() => send("GET /api/proxy/x", lines))
    expect(requests).toEqual([headAtTarget("GET /x", target.origin)])
  })
})

test("identity spoofing: a name with _ is not taken for the one with -, on the way in or on the way out", async () => {
  const lines =
    "kubeflow_userid: victim\r\nX_Target_Authorization: Basic evil\r\nX_OpenCode_A: 1\r\nContent_Type: text/evil\r\n"
  const [, requests] = await arriving(() => send("GET /api/proxy/x", lines))
  expect(requests).toEqual([headAtTarget("GET /x", target.origin)])
})

describe("memory exhaustion: heads without a measure", () => {
  test.each<[string, string, string, string?]>([
    ["one long header", "GET /api/proxy/x", `X-A: ${"a".repeat(17_000)}\r\n`, "request.headers-too-large"],
    ["a header beyond the parser's limit", "GET /api/proxy/x", `X-A: ${"a".repeat(100_000)}\r\n`],
    ["headers that are long together", "GET /api/proxy/x", `${"X-A: 12345678\r\n".repeat(1_500)}`],
    [
      "a thousand small headers",
      "GET /api/proxy/x",
      Array.from({ length: 1_000 }, (_, i) => `X-${i}: a\r\n`).join(""),
    ],
    ["a long request line", `GET /api/proxy/${"a".repeat(100_000)}`, ""],
  ])("%s is refused", async (_name, line, lines, code) => {
    await expectRefusal(() => send(line, lines), 431, code)
  })

  test("a head that never ends is cut off after some 64 KB", async () => {
    const answer = await rawRequest(
      proxy.port,
      `GET /api/proxy/x HTTP/1.1\r\n${"X-A: a\r\n".repeat(200_000)}`,
    )
    expect([answer.status, answer.closed === "open"]).toEqual([431, false])
  })
})

/** Names compare without case, and their order means nothing. */
function linesOf(request: string): string[] {
  return headOf(request).trimEnd().split("\r\n").sort()
}
