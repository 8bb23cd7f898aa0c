import { Route, Router } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { permission, session } from "../../tests/fakes/chat-parts.ts"
import { makeFakeAsks } from "../../tests/fakes/fake-asks.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import type { Ask } from "../asks/ask.ts"
import { AsksContextProvider } from "../asks/asks-context.tsx"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider } from "../servers/server-context.tsx"
import type { ServerHealth } from "../servers/server-health.ts"
import { createHealthBesideLink } from "./create-health-beside-link.ts"
import { ServerPage } from "./server-page.tsx"

const server = { id: "a:1", name: "Alpha", url: "http://a:1", provided: false }

function show(first: { link?: LinkState; health?: ServerHealth; path?: string } = {}) {
  const [state, setState] = createSignal<LinkState>(first.link ?? "live")
  const [reason, setReason] = createSignal<string>()
  const retryNow = vi.fn()
  let health: ServerHealth = first.health ?? { kind: "healthy", version: "1", latencyMs: 1 }
  const probe = vi.fn(async () => health)
  const [open, setOpen] = createSignal<Ask[]>([])
  const own = [{ name: server.name, url: server.url }]
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  window.history.replaceState({}, "", first.path ?? "/s/a:1/")
  const connection = { server, link: { state, reason, retryNow, follow: () => undefined } }
  const chat = makeFakeChat({ sessions: { ses_1: session("ses_1", { title: "Fix the test" }) } })
  const Page = () => {
    createHealthBesideLink()
    return (
      <ServerPage>
        <p>The screen</p>
      </ServerPage>
    )
  }
  render(() => (
    <Router
      root={(root) => (
        <ServersProvider options={{ provided: [], activeId: () => server.id, probe }}>
          <ConnectionProvider value={connection as unknown as Connection}>
            <ChatContextProvider value={chat}>
              <AsksContextProvider value={makeFakeAsks({ all: open })}>{root.children}</AsksContextProvider>
            </ChatContextProvider>
          </ConnectionProvider>
        </ServersProvider>
      )}
    >
      <Route path={["/s/:server", "/s/:server/session/:session"]} component={Page} />
    </Router>
  ))
  const become = (next: ServerHealth) => {
    health = next
  }
  return { setState, setReason, retryNow, probe, become, setOpen }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 30))
const main = () => screen.getByRole("main").textContent

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await settle()
})

test("a server that needs a password says so once, and asks for it with the password field focused", async () => {
  show({ link: "refused", health: { kind: "needs-password" } })
  await settle()
  expect(main()).toBe("“Alpha” needs a passwordIts sessions open once you enter it.Enter password")
  expect(screen.queryByRole("complementary")).toBeNull()
  expect(screen.queryByText("Retry now")).toBeNull()
  fireEvent.click(screen.getByRole("button", { name: "Enter password" }))
  // The first one waits for the picker to be loaded.
  await screen.findByRole("dialog", { name: "Edit Alpha" }, { timeout: 10_000 })
  await settle()
  expect(document.activeElement).toBe(screen.getByLabelText("Password"))
  fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" })
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
})

test("a form that the page asked for closes when it is saved, without showing the list", async () => {
  show({ link: "refused", health: { kind: "needs-password" } })
  await settle()
  fireEvent.click(screen.getByRole("button", { name: "Enter password" }))
  await screen.findByRole("dialog", { name: "Edit Alpha" })
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: "open sesame" } })
  fireEvent.submit(screen.getByLabelText("Password").closest("form") as HTMLFormElement)
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
  expect(sessionStorage.getItem("sandbar.passwords./.v2")).toContain("open sesame")
})

test("a server that is no OpenCode is not opened, even while its link goes on trying", async () => {
  const { setReason, setState } = show({
    link: "connecting",
    health: { kind: "foreign", reason: "This is not an OpenCode server. Check the port." },
  })
  setReason("The server answers with a web page instead of data.")
  setState("retrying")
  await settle()
  expect(main()).toContain("“Alpha” cannot be opened")
  expect(main()).toContain("Check the port.")
  expect(screen.getByRole("button", { name: "Edit server" })).toBeTruthy()
  expect(document.body.textContent).not.toContain("web page")
})

test("trying again does not bring an empty page up for a moment", async () => {
  const { setState } = show({ link: "refused" })
  await settle()
  setState("connecting")
  expect(main()).toContain("cannot be opened")
  setState("live")
  expect(main()).toBe("The screen")
})

test("a refusal in the middle of the work leaves the work on the screen", async () => {
  const { setState, become, probe } = show()
  await settle()
  become({ kind: "wrong-password" })
  setState("refused")
  await settle()
  expect(probe).toHaveBeenCalledTimes(2)
  expect(main()).toBe("The screen")
  expect(screen.getByRole("complementary", { name: "Sessions" })).toBeTruthy()
})

test("a link that breaks off has the server's health asked at once, and again when it is back", async () => {
  const { setState, become, probe } = show()
  await settle()
  become({ kind: "failed", reason: "It does not answer." })
  setState("retrying")
  await settle()
  expect(probe).toHaveBeenCalledTimes(2)
  expect(screen.getByRole("img", { name: "Not reachable" })).toBeTruthy()
  become({ kind: "healthy", version: "1", latencyMs: 1 })
  setState("live")
  await settle()
  expect(screen.getByRole("img", { name: "Healthy" })).toBeTruthy()
})

test("the tab is named after the session and the server, and counts what waits for the person", async () => {
  const { setOpen } = show({ path: "/s/a:1/session/ses_1" })
  await settle()
  expect(document.title).toBe("Fix the test · Alpha · Sandbar")
  setOpen([{ kind: "permission", request: permission("per_1", { sessionID: "ses_other" }) }])
  expect(document.title).toBe("(1) Fix the test · Alpha · Sandbar")
  setOpen([])
  expect(document.title).toBe("Fix the test · Alpha · Sandbar")
})

test("a link that is refused again and again asks for no more looks at the server's health", async () => {
  const { setState, probe } = show({ link: "retrying" })
  await settle()
  const before = probe.mock.calls.length
  for (let tries = 0; tries < 5; tries++) {
    setState("connecting")
    setState("retrying")
    await settle()
  }
  expect(probe.mock.calls.length).toBe(before)
})
