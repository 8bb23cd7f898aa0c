// Every row of hostile-targets.json against the real app on a real socket. A row that is allowed reaches a
// fetch that records; nothing else does.
import * as v from "valibot"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import rows from "./hostile-targets.json" with { type: "json" }
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"

const RowSchema = v.object({
  name: v.string(),
  why: v.string(),
  expect: v.picklist(["allow", "deny"]),
  status: v.optional(v.number()),
  target: v.optional(v.string()),
  dns: v.optional(v.array(v.string())),
  config: v.optional(v.object({ exact: v.array(v.string()) })),
  request: v.optional(
    v.object({
      method: v.string(),
      path: v.string(),
      headers: v.record(v.string(), v.union([v.string(), v.array(v.string())])),
    }),
  ),
})
type Row = v.InferOutput<typeof RowSchema>
const table = v.parse(v.array(RowSchema), rows)

/** Rows that are refused with another status than the table's, and why. */
const otherStatus: Record<string, { status: number; reason: string }> = {}

/**
 * Rows that cannot arrive over HTTP as they are written: our parser has turned them into something harmless.
 * The policy itself refuses both texts (proxy/forward/target.test.ts).
 */
const harmlessOnTheWire: Record<string, string> = {
  "leading space": "the parser strips the space; what is left is an allowed server",
  "CRLF header injection": "the line break ends the value; the rest is a header of its own, not forwarded",
}

const ownAddress = "10.0.0.99"
let answers: string[] = []
let sent: { url: string; headers: Headers }[] = []
let proxies: Map<string, TestProxy>

function startFor(exact: readonly string[]): TestProxy {
  return startProxy({
    env: {
      // In a pod: reachable from outside, people are signed in by the gateway.
      HOST: "0.0.0.0",
      SANDBAR_IDENTITY: "none",
      SANDBAR_ALLOWED_TARGETS: ["*.svc.cluster.local", ...exact].join(","),
    },
    dialOptions: { cacheMs: 0 },
    network: {
      resolve4: async () => answers.filter((address) => !address.includes(":")),
      resolve6: async () => answers.filter((address) => address.includes(":")),
      lookup: async (host) => [host],
      touch: async () => undefined,
      isSelf: (address) => address === ownAddress,
    },
    fetch: async (url, init) => {
      sent.push({ url, headers: new Headers(init.headers as Headers) })
      return new Response("reached", { headers: { "content-type": "text/plain" } })
    },
  })
}

beforeAll(() => {
  const settings = new Set(table.map((row) => JSON.stringify(row.config?.exact ?? [])))
  proxies = new Map([...settings].map((key) => [key, startFor(JSON.parse(key) as string[])]))
})
afterAll(async () => {
  for (const proxy of proxies.values()) await proxy.stop()
})
beforeEach(() => {
  sent = []
})

/** Header values travel as the UTF-8 bytes that a client would send. */
function rawText(row: Row): string {
  const request = row.request ?? { method: "GET", path: "/api/proxy/session", headers: {} }
  const headers: Record<string, string | string[]> = { Host: "kf.example", ...request.headers }
  if (row.target !== undefined) headers["X-Target-Server"] = row.target
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value.startsWith("a × ") ? "a".repeat(20_000) : value}`),
  )
  return `${request.method} ${request.path} HTTP/1.1\r\n${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`
}

describe.each(table)("$name ($why)", (row) => {
  test(row.expect, async () => {
    answers = (row.dns ?? ["10.96.3.4"]).map((address) => (address === "<own pod IP>" ? ownAddress : address))
    const proxy = proxies.get(JSON.stringify(row.config?.exact ?? []))
    if (!proxy) throw new Error("no proxy for these settings")
    const answer = await rawRequest(proxy.port, rawText(row))

    if (row.name in harmlessOnTheWire) {
      expect(answer.status).toBe(200)
      expect(sent[0]?.headers.has("x-evil")).toBe(false)
      return
    }
    if (row.expect === "allow") {
      expect(answer.status).toBe(row.status ?? 200)
      expect(sent).toHaveLength(1)
      return
    }
    expect(sent).toEqual([])
    expect(answer.status).toBe(otherStatus[row.name]?.status ?? row.status)
  })
})

test("a row that is excused exists in the table", () => {
  for (const name of Object.keys({ ...otherStatus, ...harmlessOnTheWire }))
    expect(table.map((row) => row.name)).toContain(name)
})

test("stolen session: cookies and identity headers of the gateway never reach a target", async () => {
  answers = ["10.96.3.4"]
  const row = table.find((each) => each.name === "cookie and identity headers")
  const proxy = proxies.get("[]")
  if (!row || !proxy) throw new Error("the row has gone")
  await rawRequest(proxy.port, rawText(row))
  const names = [...(sent[0]?.headers.keys() ?? [])].sort()
  expect(names).toEqual(["accept-encoding", "host", "via", "x-request-id"])
})

test("a path with an encoded line break arrives at the target still encoded", async () => {
  answers = ["10.96.3.4"]
  const row = table.find((each) => each.name === "encoded CRLF in path")
  const proxy = proxies.get("[]")
  if (!row || !proxy) throw new Error("the row has gone")
  await rawRequest(proxy.port, rawText(row))
  expect(sent[0]?.url).toBe("http://10.96.3.4:4096/x%0d%0aX-I:1")
})
