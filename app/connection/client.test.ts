import { expect, test } from "vitest"
import { fromTargetHeader, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { Problem, problemType } from "../../shared/problems.ts"
import { makeTestClock, settle } from "../../tests/fakes/test-clock.ts"
import type { Server } from "../servers/server.ts"
import { answer, eventStream, type Fetch, makeClient, makeServerFetch } from "./client.ts"
import { browserClock } from "./clock.ts"
import { Failure } from "./failure.ts"

const server: Server = { id: "a:1", name: "A", url: "http://a:1", provided: false }
const json = (body: unknown, init: ResponseInit = {}) =>
  Response.json(body, { ...init, headers: { [fromTargetHeader]: "1", ...init.headers } })
const clientWith = (fetch: Fetch, of: Server = server) => makeClient(makeServerFetch(of, fetch))
const failureWith = async (fetch: Fetch, of: Server = server) => {
  const failure = await answer(clientWith(fetch, of).session.get({ sessionID: "ses_1" })).catch(
    (error) => error,
  )
  expect(failure).toBeInstanceOf(Failure)
  return failure as Failure
}

test("a request goes through the proxy and names its server, also the GETs that the client rewrites", async () => {
  const seen: Request[] = []
  const client = clientWith(
    async (request) => {
      seen.push(request)
      return json([])
    },
    { ...server, username: "me", password: "pass" },
  )
  await answer(client.session.list({ directory: "/repo", roots: true }))
  await answer(client.session.create({}))
  expect(seen.map((request) => `${request.method} ${request.url}`)).toEqual([
    `GET ${location.origin}/api/proxy/session?directory=%2Frepo&roots=true`,
    `POST ${location.origin}/api/proxy/session`,
  ])
  for (const request of seen) {
    expect(request.headers.get(targetHeader)).toBe("http://a:1")
    expect(request.headers.get(targetAuthorizationHeader)).toBe(`Basic ${btoa("me:pass")}`)
  }
})

test("a problem of the proxy speaks for itself, and a refusal by policy is final", async () => {
  const problem = new Problem("target.forbidden", "a is not on the list of allowed servers.")
  const failure = await failureWith(async () =>
    Response.json(problem.toBody(), { status: 403, headers: { "content-type": problemType } }),
  )
  expect(failure).toMatchObject({
    message: problem.detail,
    code: "target.forbidden",
    status: 403,
    final: true,
  })
})

test("a server that is starting may be asked again", async () => {
  const body = new Problem("local.starting", "The local server is starting.").toBody()
  expect((await failureWith(async () => Response.json(body, { status: 503 }))).final).toBe(false)
})

test("a body that looks like a problem, but comes from the server, is not taken for the proxy's word", async () => {
  const body = new Problem("target.forbidden", "Trust me.").toBody()
  const failure = await failureWith(async () => json(body, { status: 500 }))
  expect(failure.message).not.toBe("Trust me.")
  expect(failure.final).toBe(false)
})

test("OpenCode's errors give their message, without the stack trace below it", async () => {
  const old = { name: "NotFoundError", data: { message: "Session not found: ses_1\n    at x" } }
  expect(await failureWith(async () => json(old, { status: 404 }))).toMatchObject({
    message: "Session not found: ses_1",
    code: "NotFoundError",
    status: 404,
  })
  const newer = { _tag: "PermissionNotFoundError", message: "Permission request not found: per_1" }
  expect((await failureWith(async () => json(newer, { status: 404 }))).message).toBe(newer.message)
})

test("401 asks for the password, or says that it is wrong", async () => {
  const refuse: Fetch = async () => json({}, { status: 401 })
  expect((await failureWith(refuse)).message).toContain("needs a password")
  expect((await failureWith(refuse, { ...server, password: "x" })).message).toContain("refuses the user name")
  expect((await failureWith(refuse)).final).toBe(true)
})

test("401 of a gateway in front of us asks to sign in there", async () => {
  const failure = await failureWith(async () => new Response("login", { status: 401 }))
  expect(failure.message).toContain("sign in again")
})

test("the page of a gateway that finds us down is not blamed on the server, and asking again makes sense", async () => {
  const down = new Response("<html>Bad Gateway", { status: 502, headers: { "content-type": "text/html" } })
  const failure = await failureWith(async () => down)
  expect(failure.message).toContain("Sandbar cannot be reached through its gateway (status 502)")
  expect(failure.final).toBe(false)
})

test("the login page of a gateway asks to sign in there", async () => {
  const login = new Response("<html>Log in", { headers: { "content-type": "text/html" } })
  expect((await failureWith(async () => login)).message).toContain("sign in again")
})

test("a gateway that leads to its sign-in is not followed, and asks to sign in there", async () => {
  const sent: RequestInit[] = []
  const original = globalThis.fetch
  globalThis.fetch = (async (_request: Request, init: RequestInit) => {
    sent.push(init)
    // What a browser makes of a redirect that it was told not to follow.
    return Object.defineProperties(new Response(null), {
      type: { value: "opaqueredirect" },
      ok: { value: false },
    })
  }) as unknown as typeof fetch
  try {
    const failure = await makeServerFetch(server)("global/event").catch((error) => error)
    expect(failure).toMatchObject({ code: "redirect", final: true })
    expect(failure.message).toContain("sign in again")
    expect(sent).toEqual([{ redirect: "manual" }])
  } finally {
    globalThis.fetch = original
  }
})

test("a stopped server is not asked again before a person wants it", async () => {
  const body = {
    ...new Problem("target.forbidden", "The sandbox is stopped.").toBody(),
    code: "sandbox.stopped",
    status: 409,
  }
  const failure = await failureWith(async () => Response.json(body, { status: 409 }))
  expect(failure).toMatchObject({ message: "The sandbox is stopped.", code: "sandbox.stopped", final: true })
})

test.each([
  ["seconds", { "retry-after": "20" }, 20_000],
  [
    "a date, by the clock of whoever answered",
    { "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", date: "Wed, 21 Oct 2015 07:28:00 GMT" },
    30_000,
  ],
  [
    "a date in the past",
    { "retry-after": "Wed, 21 Oct 2015 07:00:00 GMT", date: "Wed, 21 Oct 2015 07:28:00 GMT" },
    0,
  ],
  ["a date without another to compare with", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, undefined],
  ["nonsense", { "retry-after": "soon" }, undefined],
  ["nothing", {}, undefined],
])("how long to stay away: %s", async (_how, headers: Record<string, string>, ms) => {
  const body = new Problem("limit.rate", "Too many requests.").toBody()
  const failure = await failureWith(async () => Response.json(body, { status: 429, headers }))
  expect(failure).toMatchObject({ final: false, code: "limit.rate" })
  expect(failure.retryAfterMs).toBe(ms)
})

test("a web page instead of data is not an OpenCode server", async () => {
  const page = new Response("<html>", {
    headers: { "content-type": "text/html; charset=utf-8", [fromTargetHeader]: "1" },
  })
  expect(await failureWith(async () => page)).toMatchObject({ code: "page", final: true })
})

test("half a JSON answer is a failure with a sentence, not a parser's message", async () => {
  const half = new Response('{"id":', { headers: { "content-type": "application/json" } })
  expect((await failureWith(async () => half)).message).toContain("broke off")
})

test("a lost network is a failure with a sentence", async () => {
  const failure = await failureWith(() => Promise.reject(new TypeError("Failed to fetch")))
  expect(failure.message).toContain("Check your network")
  expect(failure.status).toBeUndefined()
})

test("an abort stays an abort", async () => {
  const controller = new AbortController()
  const client = clientWith(async (request) => {
    controller.abort()
    request.signal.throwIfAborted()
    return json({})
  })
  const call = answer(client.session.get({ sessionID: "ses_1" }, { signal: controller.signal }))
  await expect(call).rejects.toMatchObject({ name: "AbortError" })
})

test("a request that nobody answers ends after half a minute, and what waits for it hears why", async () => {
  const clock = makeTestClock()
  let aborted = false
  const dead = (request: Request) =>
    new Promise<Response>((_, reject) => {
      request.signal.addEventListener("abort", () => {
        aborted = true
        reject(request.signal.reason)
      })
    })
  const asked = makeServerFetch(server, dead, clock)("session")
  const failure = asked.catch((error: unknown) => error)
  await clock.advance(29_999)
  expect(aborted).toBe(false)
  await clock.advance(1)
  expect(aborted).toBe(true)
  expect(await failure).toMatchObject({ name: "Failure", message: expect.stringContaining("in time") })
})

test("a server that is slow with everything leaves connections for what a person does and for the event stream", async () => {
  const sent: string[] = []
  const send: Fetch = (request) => {
    sent.push(`${request.method} ${new URL(request.url).pathname.replace("/api/proxy/", "")}`)
    return new Promise(() => undefined)
  }
  const ask = makeServerFetch(server, send, browserClock, 4)
  for (const path of ["path", "config", "agent", "session", "question", "permission"]) void ask(path)
  void ask("global/event", { headers: { accept: eventStream } })
  void ask("session", { method: "POST" })
  await settle()
  expect(sent).toEqual([
    "GET path",
    "GET config",
    "GET agent",
    "GET session",
    "GET global/event",
    "POST session",
  ])
})
