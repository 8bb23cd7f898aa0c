// Servers are switched for as long as a tab lives: what belonged to one must be gone when the next one stands.
import { Route, Router, type RouteSectionProps, useNavigate } from "@solidjs/router"
import { cleanup, render, screen, waitFor } from "@solidjs/testing-library"
import type { ParentProps } from "solid-js"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { fromTargetHeader, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { prompt, session } from "../../tests/fakes/chat-parts.ts"
import { countListeners, type ListenerCount } from "../../tests/fakes/listener-count.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import type { Servers } from "../servers/server-context.tsx"
import { ServersProvider, useServers } from "../servers/server-context.tsx"
import { idFromSegment } from "../servers/server-path.ts"
import { ServerHome } from "./server-home.tsx"
import { ServerScreen } from "./server-screen.tsx"
import { SessionScreen } from "./session-screen.tsx"

const provided = ["a", "b"].map((name) => ({ name, url: `http://${name}:1` }))

/** Streams that stand, by server. */
let streams: string[]
/** What a request has to wait for. */
let gate: Promise<unknown>
let listeners: ListenerCount
let go: (path: string) => void
let servers: Servers
/** A password with which nobody is let in. */
const wrong = "wrong"

const encode = (payload: object) =>
  new TextEncoder().encode(`data: ${JSON.stringify({ directory: "/work", payload })}\n\n`)

function eventStream(request: Request, url: string): Response {
  streams.push(url)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encode({ id: "evt_0", type: "server.connected", properties: {} }))
      request.signal.addEventListener("abort", () => {
        streams.splice(streams.indexOf(url), 1)
        controller.error(new DOMException("ended", "AbortError"))
      })
    },
  })
  return new Response(body, { headers: { "content-type": "text/event-stream" } })
}

/** Two servers in a few lines; each has one session, named after it. */
async function serve(request: Request): Promise<Response> {
  const url = request.headers.get(targetHeader) ?? ""
  const name = new URL(url).hostname
  const path = new URL(request.url).pathname.replace("/api/proxy", "")
  await gate
  request.signal.throwIfAborted()
  if (request.headers.get(targetAuthorizationHeader) === `Basic ${btoa(`ann:${wrong}`)}`)
    return new Response("", { status: 401, headers: { [fromTargetHeader]: "1" } })
  const ours = session(`ses_${name}`, {
    title: `Work of ${name}`,
    directory: "/work",
    time: { created: 1, updated: 2 },
  })
  if (path === "/global/event") return eventStream(request, url)
  if (path === "/path") return Response.json({ directory: "/work" })
  if (path === "/session") return Response.json([ours])
  if (path === `/session/ses_${name}`) return Response.json(ours)
  if (path === `/session/ses_${name}/message`) {
    return Response.json([prompt(`msg_${name}`, `Words of ${name}`)])
  }
  if (path === "/config/providers") return Response.json({ providers: [], default: {} })
  if (path === "/config" || path === "/session/status") return Response.json({})
  if (path === "/global/health") return Response.json({ healthy: true, version: "1.0.0" })
  return Response.json([])
}

function open(path: string): void {
  window.history.replaceState({}, "", path)
  const Root = (props: ParentProps) => {
    go = useNavigate()
    return <>{props.children}</>
  }
  const Inside = (props: ParentProps) => {
    servers = useServers()
    return <ServerScreen>{props.children}</ServerScreen>
  }
  render(() => (
    <Router root={Root}>
      <Route
        path="/s/:server"
        component={(props: RouteSectionProps) => (
          <ServersProvider
            options={{
              provided,
              activeId: () => idFromSegment(props.params.server),
              probe: async () => ({ kind: "healthy", version: "1.0.0", latencyMs: 1 }),
            }}
          >
            <Inside>{props.children}</Inside>
          </ServersProvider>
        )}
      >
        <Route path="/" component={ServerHome} />
        <Route path="/session/:session" component={SessionScreen} />
      </Route>
    </Router>
  ))
}

const words = (text: string) => screen.findByText(text, {}, { timeout: 5_000 })
const there = (text: string) => screen.queryByText(text) !== null
const isLive = () => waitFor(() => expect(screen.getByRole("img", { name: "Link live" })).toBeTruthy())

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  stubResizeObserver()
  streams = []
  gate = Promise.resolve()
  vi.stubGlobal("fetch", serve)
  vi.stubGlobal("scrollTo", () => undefined)
  listeners = countListeners()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 20))
  listeners.stop()
  vi.unstubAllGlobals()
})

test("a server that was open stands there at once, before anything was asked of it", async () => {
  open("/s/a:1/session/ses_a")
  await words("Words of a")
  go("/s/b:1/")
  await words("Work of b")
  expect(there("Words of a")).toBe(false)
  gate = new Promise(() => undefined)
  go("/s/a:1/session/ses_a")
  await waitFor(() => expect(there("Words of a")).toBe(true))
  expect(screen.getByRole("link", { name: "Work of a" })).toBeTruthy()
  expect(screen.getByRole("textbox", { name: "Prompt" })).toBeTruthy()
  expect(there("Work of b")).toBe(false)
})

describe("another password", () => {
  const isShown = () => waitFor(() => expect(there("Words of a")).toBe(true))
  const signIn = (username: string, password: string) =>
    servers.edit("a:1", { name: "a", url: "http://a:1", username, password, remember: false })
  async function openSignedIn() {
    open("/s/a:1/session/ses_a")
    signIn("ann", "first")
    await words("Words of a")
    await isLive()
  }

  test("of the same user: what was on the screen stays while the server has not answered", async () => {
    await openSignedIn()
    gate = new Promise(() => undefined)
    signIn("ann", "second")
    await isShown()
    expect(screen.getByRole("link", { name: "Work of a" })).toBeTruthy()
  })

  test("of another user: nothing of the one before is shown", async () => {
    await openSignedIn()
    gate = new Promise(() => undefined)
    signIn("ben", "first")
    expect(there("Words of a")).toBe(false)
    signIn("ann", "first")
    expect(there("Words of a")).toBe(false)
  })

  test("after signing out: a guess at the password shows nothing (somebody else at the same browser)", async () => {
    await openSignedIn()
    gate = new Promise(() => undefined)
    servers.signOut("a:1")
    signIn("ann", "a guess")
    expect(there("Words of a")).toBe(false)
  })

  test("that is refused: what stood there goes, and the next password does not bring it back", async () => {
    await openSignedIn()
    signIn("ann", wrong)
    await waitFor(() => expect(there("Words of a")).toBe(false))
    gate = new Promise(() => undefined)
    signIn("ann", "a guess")
    await Promise.resolve()
    expect(there("Words of a")).toBe(false)
  })
})

test("sixty switches leave one stream open, and no listener, channel or timer behind", async () => {
  open("/s/a:1/session/ses_a")
  await words("Words of a")
  const counts: number[] = []
  for (let round = 0; round < 30; round++) {
    go("/s/b:1/session/ses_b")
    await words("Words of b")
    await isLive()
    go("/s/a:1/session/ses_a")
    await words("Words of a")
    await isLive()
    expect(streams).toEqual(["http://a:1"])
    if (round % 5 === 4) counts.push(listeners.count())
  }
  // Not one more per switch: the first rounds load what stays.
  expect(Math.abs((counts.at(-1) ?? 0) - (counts[1] ?? 0)), counts.join(" ")).toBeLessThan(10)
}, 60_000)
