// What the screens of servers say when a server is a sandbox, and what the address bar leads to.
import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal, type JSX } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { makeFakeAsks } from "../../tests/fakes/fake-asks.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { aSandbox, makeSandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { AsksContextProvider } from "../asks/asks-context.tsx"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider } from "../servers/server-context.tsx"
import { NewSandboxScreen } from "./new-sandbox-screen.tsx"
import { PendingSandbox } from "./pending-sandbox.tsx"
import { ServerPage } from "./server-page.tsx"
import { ShutServer } from "./shut-server.tsx"
import { StartScreen } from "./start-screen.tsx"
import { UnknownServer } from "./unknown-server.tsx"

const id = "sb-aaaaaaaaaaaa"

function withLink(first: LinkState, view: () => JSX.Element) {
  const [state] = createSignal(first)
  const server = { id, name: "shop", url: `http://${id}.sandbox`, provided: true }
  const connection = {
    server,
    link: { state, reason: () => undefined, retryNow: vi.fn(), follow: () => undefined },
  }
  return <ConnectionProvider value={connection as unknown as Connection}>{view()}</ConnectionProvider>
}

function showShut(sandbox: Partial<Sandbox>) {
  const api = makeSandboxApi({ sandboxes: [aSandbox(sandbox)] })
  const shut = () => <ShutServer onEdit={() => undefined} />
  renderWithSandboxes(api, () => withLink("refused", shut), { activeId: () => id })
  return { api }
}

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a sandbox that failed says why and leads to what helps", async () => {
  showShut({
    state: "failed",
    failure: {
      code: "crash",
      step: "starting",
      sentence: "OpenCode ended.",
      remedies: ["retry"],
      details: "",
    },
  })
  await screen.findByText("OpenCode ended.")
  expect(screen.getByRole("link", { name: "Show why" }).getAttribute("href")).toBe(`/sandbox/${id}`)
})

/** The page of a server, whose link is in the given state. */
function showPage(
  sandbox: Partial<Sandbox>,
  link: LinkState,
  overrides: Parameters<typeof makeFakeChat>[1] = {},
) {
  const api = makeSandboxApi({ sandboxes: [aSandbox(sandbox)] })
  const chat = makeFakeChat({}, overrides)
  const page = () => (
    <ChatContextProvider value={chat}>
      <AsksContextProvider value={makeFakeAsks()}>
        <ServerPage>
          <p>What was said</p>
        </ServerPage>
      </AsksContextProvider>
    </ChatContextProvider>
  )
  const { sandboxes } = renderWithSandboxes(api, () => withLink(link, page), { activeId: () => id })
  const become = (state: Sandbox["state"]) => {
    api.change(id, { state })
    sandboxes.refresh()
  }
  return { api, chat, become }
}
const linkWord = () => document.querySelector(".link-state")?.textContent
const linkLabel = () => document.querySelector(".link-state [role=img]")?.getAttribute("aria-label")

test("a sleeping sandbox that is opened by its link has its page, how to wake it, and what a prompt does", async () => {
  const { api } = showPage({ state: "stopped" }, "refused")
  await screen.findByText("It sleeps; its files and sessions are kept. A prompt wakes it.")
  expect(screen.getByText("What was said")).toBeTruthy()
  expect(linkWord()).toBe("asleep")
  expect(api.acts()).toEqual([])
  fireEvent.click(screen.getByRole("button", { name: "Wake" }))
  const way = await screen.findByRole("link", { name: "Show steps" })
  expect(way.getAttribute("href")).toBe(`/sandbox/${id}`)
  expect(linkWord()).toBe("starting")
  expect(api.acts()).toEqual([`POST /${id}/wake`])
})

test("a page that took a prompt stays while the sandbox starts, and when that fails", async () => {
  const { become } = showPage({ state: "stopped" }, "refused")
  await screen.findByRole("button", { name: "Wake" })
  for (const [state, word] of [
    ["starting", "starting"],
    ["failed", "failed"],
    ["ready", ""],
  ] as const) {
    become(state)
    await waitFor(() => expect(linkWord()).toBe(word))
    expect(screen.getByText("What was said")).toBeTruthy()
  }
})

test("one that failed before anybody opened it says why, and has no prompt to take", async () => {
  showPage({ state: "failed" }, "refused")
  await screen.findByText("“shop” cannot be opened")
  expect(screen.queryByText("What was said")).toBeNull()
})

test("what it said last stays on the screen, also when it does not start", async () => {
  showPage({ state: "failed" }, "refused", { stale: () => true })
  await screen.findByRole("link", { name: "Show why" })
  expect(screen.getByText("What was said")).toBeTruthy()
})

test("a sandbox that is stopping is not live, although its link still stands", async () => {
  const { become } = showPage({ state: "ready" }, "live")
  await waitFor(() => expect(linkLabel()).toBe("Link live"))
  become("stopping")
  await waitFor(() => expect(linkLabel()).toBe("Going to sleep"))
  expect(linkWord()).toBe("going to sleep")
  expect(screen.getByText("It is going to sleep.")).toBeTruthy()
  expect(screen.queryByRole("button", { name: "Wake" })).toBeNull()
  become("stopped")
  await waitFor(() => expect(linkWord()).toBe("asleep"))
})

test("a link that stands says more than a list that is a moment old", async () => {
  showPage({ state: "starting" }, "live")
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(linkWord()).toBe("live")
})

test("where no sandboxes can be spawned their pages do not exist", () => {
  render(() => (
    <MemoryRouter
      root={(root) => (
        <ServersProvider options={{ provided: [], activeId: () => undefined }}>
          {root.children}
        </ServersProvider>
      )}
    >
      <Route path="*" component={NewSandboxScreen} />
    </MemoryRouter>
  ))
  expect(screen.getByText("There is nothing at this address")).toBeTruthy()
})

test("a home without servers offers a sandbox as well as an address", async () => {
  const { where } = renderWithSandboxes(makeSandboxApi(), () => <StartScreen />)
  fireEvent.click(await screen.findByRole("button", { name: "New sandbox" }))
  expect(screen.getByLabelText("Address")).toBeTruthy()
  await waitFor(() => expect(where()).toBe("/new"))
})

test("a home says nothing before the sandboxes are known, and goes to the first of them", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox()] })
  const { where } = renderWithSandboxes(api, () => <StartScreen />)
  expect(screen.queryByLabelText("Address")).toBeNull()
  await waitFor(() => expect(where()).toBe(`/s/${id}/`))
})

test("a link to somebody else's sandbox, or to one that was deleted, offers no form to add it", async () => {
  renderWithSandboxes(makeSandboxApi(), () => <UnknownServer id="sb-ffffffffffff" />)
  expect(await screen.findByText(/you have no sandbox of that id/)).toBeTruthy()
  expect(screen.queryByLabelText("Address")).toBeNull()
})

test("one that was deleted while it was open is called by its name", () => {
  renderWithSandboxes(makeSandboxApi(), () => <UnknownServer id="sb-ffffffffffff" removed="shop" />)
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("“shop” was deleted")
})

test("a page that opens has the keyboard", async () => {
  renderWithSandboxes(makeSandboxApi(), () => <NewSandboxScreen />, { path: "/new" })
  await waitFor(() => expect(document.activeElement?.tagName).toBe("MAIN"))
})

test("a link that waits for the list says when the list cannot be had", async () => {
  const api = makeSandboxApi()
  api.state.instead = () => {
    throw new TypeError("Failed to fetch")
  }
  renderWithSandboxes(api, () => <PendingSandbox />)
  expect(await screen.findByText(/The connection broke off\..*Trying again\./)).toBeTruthy()
})

test("what was spawned leads to its progress", async () => {
  const api = makeSandboxApi()
  const { where } = renderWithSandboxes(api, () => <NewSandboxScreen />, { path: "/new" })
  fireEvent.click(await screen.findByLabelText("An empty directory"))
  fireEvent.click(screen.getByRole("button", { name: "Spawn sandbox" }))
  await waitFor(() => expect(where()).toBe("/sandbox/sb-eeeeeeeeeeee"))
})
