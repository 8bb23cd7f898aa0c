import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { Probe } from "../../shared/probe.ts"
import { type Fetch, probe } from "./probe.ts"
import { healthSentence } from "./server-health.ts"

const server = { url: "http://a:4096" }
const steps = [{ step: "policy", ok: true, ms: 1 }]
const found = (answer: Partial<Probe> & Pick<Probe, "verdict">) =>
  json({ sentence: "", steps, ...answer } satisfies Probe)
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } })
const page = (status: number) =>
  new Response("<!doctype html>Sign in", { status, headers: { "content-type": "text/html" } })
const problem = (code: string, detail: string, status = 502) =>
  new Response(JSON.stringify({ type: `urn:sandbar:${code}`, title: "T", status, code, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  })
const ask = (answer: () => Response, target = server) => probe(target, { fetch: async () => answer() })

describe("what the proxy found", () => {
  test("a healthy server shows its version, its latency and what happens there", async () => {
    const answer = { version: "1.18.33", latencyMs: 12.4, running: 2, waiting: 1 }
    expect(await ask(() => found({ verdict: "healthy", ...answer }))).toEqual({
      kind: "healthy",
      version: "1.18.33",
      latencyMs: 12,
      running: 2,
      waiting: 1,
      steps,
    })
  })

  test.each([
    "needs-password",
    "wrong-password",
    "starting",
    "stopped",
    "unsupported",
    "foreign",
    "forbidden",
    "failed",
  ] as const)("%s comes with the proxy's own sentence and its steps", async (verdict) => {
    const health = await ask(() => found({ verdict, sentence: "The proxy says why." }))
    expect(health).toEqual({ kind: verdict, reason: "The proxy says why.", steps })
    expect(healthSentence(health)).toBe("The proxy says why.")
  })

  test("a verdict of a newer proxy is a failure with its sentence", async () => {
    const health = await ask(() => json({ verdict: "melted", sentence: "It melted.", steps: [] }))
    expect(health).toMatchObject({ kind: "failed", reason: "It melted." })
  })

  test("it is asked once, with the target in the headers, and never through a redirect", async () => {
    const fetch = vi.fn<Fetch>(async () => found({ verdict: "foreign", sentence: "No." }))
    await probe({ ...server, username: "ada", password: "s" } as typeof server, { fetch })
    expect(fetch).toHaveBeenCalledOnce()
    expect(fetch.mock.calls[0]?.[0]).toBe("/api/probe")
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({
      redirect: "manual",
      headers: { "x-target-server": "http://a:4096", "x-target-authorization": `Basic ${btoa("ada:s")}` },
    })
  })
})

describe("when nobody was asked", () => {
  test("a gateway that sends people elsewhere to sign in is not followed", async () => {
    // A redirect that was not followed reaches a page as an opaque answer.
    const redirect = Object.defineProperty(page(200), "type", { value: "opaqueredirect" })
    const health = await ask(() => redirect)
    expect(health).toEqual({ kind: "signed-out", reason: expect.stringContaining("sign in again") })
  })

  test.each([
    ["a 401 of a gateway", () => page(401)],
    ["a 403 of a gateway", () => page(403)],
    ["a sign-in page in place of the answer", () => page(200)],
    ["the proxy's own word", () => problem("identity.required", "Nobody is signed in.", 401)],
  ])("%s means that this person is signed out, not that the server is down", async (_, answer) => {
    expect((await ask(answer)).kind).toBe("signed-out")
  })

  test("a Problem is told in the proxy's own sentence", async () => {
    const health = await ask(() => problem("target.malformed", "The address is malformed.", 400))
    expect(health).toEqual({ kind: "failed", reason: "The address is malformed." })
  })

  test.each([
    ["limit.rate", 429, "7", 7_000],
    ["limit.client", 429, "1", 1_000],
    ["limit.busy", 503, null, 1_000],
    ["limit.of-tomorrow", 429, "soon", 1_000],
    ["limit.rate", 429, "-5", 1_000],
    ["limit.rate", 429, "99999999", 1_000],
  ])("%s (%i, Retry-After: %s) says nothing about the server, and when to come back", async (...row) => {
    const [code, status, after, retryMs] = row
    const answer = problem(code, "Try again soon.", status)
    if (after !== null) answer.headers.set("retry-after", after)
    const expected = { kind: "failed", reason: "Try again soon.", unasked: true, retryMs }
    expect(await ask(() => answer)).toEqual(expected)
  })

  test("a gateway's own limit is a limit too", async () => {
    const answer = page(429)
    answer.headers.set("retry-after", "5")
    expect(await ask(() => answer)).toMatchObject({ kind: "failed", unasked: true, retryMs: 5_000 })
  })

  test("a proxy without this question, and an answer in another form, ask for a reload", async () => {
    for (const answer of [() => problem("path.unknown", "Nothing here.", 404), () => json({ healthy: true })])
      expect(await ask(answer)).toMatchObject({ kind: "failed", reason: expect.stringContaining("Reload") })
  })

  test("a gateway that does not reach the proxy says nothing about the server", async () => {
    expect(await ask(() => page(502))).toEqual({
      kind: "failed",
      reason: expect.stringContaining("status 502"),
      unasked: true,
    })
  })

  test("a proxy that is gone is told apart from a server that is gone", async () => {
    const gone: Fetch = async () => {
      throw new TypeError("Failed to fetch")
    }
    const reason = expect.stringContaining("Sandbar's proxy does not answer")
    expect(await probe(server, { fetch: gone })).toEqual({ kind: "failed", reason, unasked: true })
  })

  test("an answer that breaks off in the middle is not taken for one", async () => {
    const broken = () =>
      new Response(new ReadableStream({ start: (to) => to.error(new TypeError("network error")) }))
    expect(await ask(broken)).toMatchObject({ kind: "failed", unasked: true })
  })
})

describe("patience", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const silent: Fetch = (_, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)))

  test("lasts longer than the proxy's, and ends with a sentence", async () => {
    const result = probe(server, { fetch: silent })
    await vi.advanceTimersByTimeAsync(11_000)
    expect(await result).toMatchObject({ kind: "failed", reason: expect.stringContaining("within 11 s") })
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
