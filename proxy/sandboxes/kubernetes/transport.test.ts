// How a request fares on its way to the API server, and what is made of a bad answer.
import { describe, expect, test } from "vitest"
import { UnreachableError } from "./api-error.ts"
import type { CredentialSource } from "./credentials.ts"
import { makeTransport } from "./transport.ts"

type Sent = { url: string; init: BunFetchRequestInit & { headers: Record<string, string> } }

function world(answers: ((signal: AbortSignal) => Response | Promise<Response>)[], timeoutMs = 1_000) {
  const sent: Sent[] = []
  const slept: number[] = []
  let token = 1
  const credentials: CredentialSource = {
    get: async () => ({
      server: "https://api.example.com/k8s/clusters/one",
      namespace: "team-a",
      tls: { ca: "CA" },
      headers: { Authorization: `Bearer ${token}` },
    }),
    renew: () => {
      token += 1
    },
  }
  const fetch = (async (url: string, init: Sent["init"]) => {
    sent.push({ url, init })
    const answer = answers.shift() ?? (() => Response.json({}))
    return await answer(init.signal as AbortSignal)
  }) as unknown as typeof globalThis.fetch
  const sleep = async (ms: number) => void slept.push(ms)
  return { transport: makeTransport(credentials, { fetch, sleep, timeoutMs }), sent, slept }
}

const status = (code: number, body: object) => () =>
  Response.json({ kind: "Status", code, ...body }, { status: code })
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))

describe("a request", () => {
  test("goes to the cluster's own path, with its CA and our token, and follows no redirect with it", async () => {
    const { transport, sent } = world([])
    await transport.json("/api/v1/pods")
    expect(sent[0]?.url).toBe("https://api.example.com/k8s/clusters/one/api/v1/pods")
    expect(sent[0]?.init).toMatchObject({ tls: { ca: "CA" }, redirect: "error" })
    expect(sent[0]?.init.headers.Authorization).toBe("Bearer 1")
  })

  test("whose token has ended is sent once more with a new one, and no third time", async () => {
    const again = world([status(401, { reason: "Unauthorized" })])
    await again.transport.json("/x")
    expect(again.sent.map(({ init }) => init.headers.Authorization)).toEqual(["Bearer 1", "Bearer 2"])
    const never = world([status(401, {}), status(401, {})])
    await expect(never.transport.json("/x")).rejects.toMatchObject({ name: "StatusError", code: 401 })
    expect(never.sent).toHaveLength(2)
  })

  test("that is one too many waits as long as it is told, three times", async () => {
    const busy = status(429, { details: { retryAfterSeconds: 2 } })
    const { transport, slept, sent } = world([busy, busy, busy, busy])
    await expect(transport.json("/x")).rejects.toMatchObject({ code: 429 })
    expect(slept).toEqual([2_000, 2_000, 2_000])
    expect(sent).toHaveLength(4)
  })

  test("that is refused has the API server's reason and words", async () => {
    const { transport } = world([status(403, { reason: "Forbidden", message: "pods is forbidden" })])
    await expect(transport.json("/x")).rejects.toMatchObject({
      code: 403,
      reason: "Forbidden",
      message: "pods is forbidden",
    })
  })

  test("that something in between answers, in HTML, is a refusal without a reason", async () => {
    const { transport } = world([() => new Response("<html>Bad gateway", { status: 502 })])
    await expect(transport.json("/x")).rejects.toMatchObject({ code: 502, reason: "" })
  })

  test("that nobody answers is told apart: no connection, and no answer in time", async () => {
    const refused = world([
      () => {
        throw Object.assign(new Error("Unable to connect"), { code: "ECONNREFUSED" })
      },
    ])
    await expect(refused.transport.json("/x")).rejects.toThrow(UnreachableError)
    const late = world([silence], 20)
    await expect(late.transport.json("/x")).rejects.toThrow(/does not answer: no answer in time/)
  })

  test("whose answer begins and then hangs ends in time too", async () => {
    const hanging = (signal: AbortSignal) =>
      new Response(
        new ReadableStream({
          start: (body) => signal.addEventListener("abort", () => body.error(signal.reason)),
        }),
      )
    const { transport } = world([hanging], 20)
    await expect(transport.json("/x")).rejects.toThrow(UnreachableError)
  })

  test("that its caller gives up rejects with the caller's reason", async () => {
    const { transport } = world([silence])
    await expect(transport.json("/x", { signal: AbortSignal.timeout(10) })).rejects.toMatchObject({
      name: "TimeoutError",
    })
  })

  test("without an end is not cut off by the deadline of its beginning", async () => {
    const slow = (signal: AbortSignal) =>
      new Response(
        new ReadableStream({
          start: async (body) => {
            signal.addEventListener("abort", () => body.error(signal.reason))
            await Bun.sleep(60)
            body.enqueue(new TextEncoder().encode("late"))
            body.close()
          },
        }),
      )
    const { transport, sent } = world([slow], 20)
    const response = await transport.send("/x", { endless: true })
    expect(await response.text()).toBe("late")
    expect(sent[0]?.init).toMatchObject({ timeout: false })
  })
})
