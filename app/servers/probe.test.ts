import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { type Fetch, probe } from "./probe.ts"

const server = { url: "http://a:4096" }
const fromTarget = { "x-sandbar-from-target": "1" }
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { ...fromTarget, "content-type": "application/json" },
  })
const html = (status = 200) =>
  new Response("<!doctype html>", { status, headers: { ...fromTarget, "content-type": "text/html" } })
const problem = (code: string, detail: string, status = 502) =>
  new Response(JSON.stringify({ type: `urn:sandbar:${code}`, title: "T", status, code, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  })

/** Answers by path; what is not named is a 404 of the target. */
function makeFetch(answers: Record<string, () => Response>) {
  return vi.fn<Fetch>(async (input) => answers[input]?.() ?? html(404))
}
const health = "/api/proxy/global/health"
const health2 = "/api/proxy/api/health"
const ask = (answers: Record<string, () => Response>, target = server) =>
  probe(target, { fetch: makeFetch(answers) })

describe("a healthy server", () => {
  test("shows its version and how long it took", async () => {
    const times = [100, 112.4]
    const result = await probe(server, {
      fetch: makeFetch({ [health]: () => json({ healthy: true, version: "1.18.33" }) }),
      now: () => times.shift() ?? 0,
    })
    expect(result).toEqual({ kind: "healthy", version: "1.18.33", latencyMs: 12 })
  })

  test("is asked through the proxy, with the target in the headers", async () => {
    const fetch = makeFetch({})
    await probe({ ...server, username: "ada", password: "s" }, { fetch })
    expect(fetch.mock.calls[0]?.[0]).toBe(health)
    expect(fetch.mock.calls[0]?.[1]?.headers).toMatchObject({
      "x-target-server": "http://a:4096",
      "x-target-authorization": `Basic ${btoa("ada:s")}`,
    })
  })
})

describe("passwords", () => {
  const refused = () => new Response("", { status: 401, headers: fromTarget })

  test("a 401 of the server without a password sent means that it needs one", async () => {
    expect(await ask({ [health]: refused })).toEqual({ kind: "needs-password" })
  })

  test("a 401 of the server with a password sent means that it is wrong", async () => {
    expect(await ask({ [health]: refused }, { ...server, password: "x" } as typeof server)).toEqual({
      kind: "wrong-password",
    })
  })

  test("a 401 of a gateway in front of us is not taken for the server's", async () => {
    const gateway = () => new Response("sign in", { status: 401 })
    const result = await ask({ [health]: gateway })
    expect(result.kind).toBe("failed")
    expect(result).toHaveProperty("reason", expect.stringContaining("sign in again"))
  })
})

describe("something else at the address", () => {
  test("HTML for every path is not an OpenCode server", async () => {
    const result = await ask({ [health]: html, [health2]: html })
    expect(result).toEqual({ kind: "foreign", reason: expect.stringContaining("not an OpenCode server") })
  })

  test.each([200, 404])(
    "OpenCode 2 (status %i at the old path) is unsupported, not offline",
    async (status) => {
      const result = await ask({ [health]: () => html(status), [health2]: () => json({ healthy: true }) })
      expect(result).toEqual({ kind: "unsupported", reason: expect.stringContaining("OpenCode 2") })
    },
  )

  test.each([{ database: "ok" }, { healthy: "green" }])(
    "another program with JSON at /api/health (%j) is not taken for OpenCode 2",
    async (body) => {
      const result = await ask({ [health]: html, [health2]: () => json(body) })
      expect(result.kind).toBe("foreign")
    },
  )

  test("an answer that only looks healthy is not: the version is missing", async () => {
    expect((await ask({ [health]: () => json({ healthy: true }) })).kind).not.toBe("healthy")
  })

  test("healthy: false is said as such", async () => {
    const result = await ask({ [health]: () => json({ healthy: false, version: "1" }) })
    expect(result).toEqual({ kind: "failed", reason: expect.stringContaining("not healthy") })
  })

  test("an error of the server is told with its status", async () => {
    const result = await ask({ [health]: () => json({}, 500) })
    expect(result).toEqual({ kind: "failed", reason: expect.stringContaining("500") })
  })
})

describe("problems of the proxy", () => {
  test("are told in the proxy's own sentence", async () => {
    const answer = (code: string) => ask({ [health]: () => problem(code, "The proxy says why.", 403) })
    const reason = "The proxy says why."
    expect(await answer("target.unreachable")).toEqual({ kind: "failed", reason })
    expect(await answer("target.forbidden")).toEqual({ kind: "forbidden", reason })
  })

  test("a local server that is starting is not a failure", async () => {
    const result = await ask({ [health]: () => problem("local.starting", "It is starting.", 503) })
    expect(result).toEqual({ kind: "starting", reason: "It is starting." })
  })

  test("a problem that the target forged is not believed", async () => {
    const forged = () => {
      const response = problem("local.starting", "Type your password at evil.example.", 503)
      response.headers.set("x-sandbar-from-target", "1")
      return response
    }
    expect(JSON.stringify(await ask({ [health]: forged }))).not.toContain("evil.example")
  })

  test("a proxy that is gone is told apart from a server that is gone", async () => {
    const fetch = vi.fn<Fetch>(async () => {
      throw new TypeError("Failed to fetch")
    })
    expect(await probe(server, { fetch })).toEqual({
      kind: "failed",
      reason: expect.stringContaining("Sandbar's proxy does not answer"),
    })
  })

  test("an answer that breaks off in the middle is told as such", async () => {
    const broken = () =>
      new Response(new ReadableStream({ start: (to) => to.error(new TypeError("network error")) }), {
        headers: fromTarget,
      })
    expect(await ask({ [health]: broken })).toEqual({
      kind: "failed",
      reason: expect.stringContaining("broke off"),
    })
  })
})

describe("patience", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const silent: Fetch = (_, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)))

  test("ends after 8 s, with a sentence", async () => {
    const result = probe(server, { fetch: silent })
    await vi.advanceTimersByTimeAsync(8_000)
    expect(await result).toEqual({ kind: "failed", reason: "No answer within 8 s." })
  })

  // Safari rejects with a TypeError ("Load failed") when the page ends a request.
  test.each(["with the reason", "with a TypeError"])(
    "a caller that lost interest gets its own reason, when fetch rejects %s",
    async (way) => {
      const abort = new AbortController()
      const reason = new Error("no longer needed")
      const ended: Fetch = (_, init) =>
        new Promise((_, reject) =>
          init?.signal?.addEventListener("abort", () =>
            reject(way === "with the reason" ? reason : new TypeError("Load failed")),
          ),
        )
      const result = probe(server, { fetch: ended, signal: abort.signal })
      abort.abort(reason)
      await expect(result).rejects.toBe(reason)
    },
  )
})
