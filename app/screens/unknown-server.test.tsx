import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ServersProvider, useServers } from "../servers/server-context.tsx"
import type { ServerHealth } from "../servers/server-health.ts"
import { StartScreen } from "./start-screen.tsx"
import { UnknownServer } from "./unknown-server.tsx"

const healthy: ServerHealth = { kind: "healthy", version: "1", latencyMs: 1 }
const local = { name: "local", url: "http://local" }

function show(provided: { name: string; url: string }[], id?: string) {
  const Known = () => (
    <p data-testid="known">
      {useServers()
        .list()
        .map((server) => server.id)
        .join(" ")}
    </p>
  )
  const Page = () => (id === undefined ? <StartScreen /> : <UnknownServer id={id} />)
  return render(() => (
    <MemoryRouter
      root={(root) => (
        <ServersProvider options={{ provided, activeId: () => id, probe: async () => healthy }}>
          <Known />
          {root.children}
        </ServersProvider>
      )}
    >
      <Route path="/" component={Page} />
      <Route path="/s/:server" component={() => <p>opened</p>} />
    </MemoryRouter>
  ))
}
const address = () => screen.getByLabelText<HTMLInputElement>("Address").value

beforeEach(() => localStorage.clear())
afterEach(async () => {
  cleanup()
  // The router still scrolls a moment later.
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a link to an unknown server offers to add it, with the form filled in", () => {
  show([local], "gamma.team-a:4096")
  expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("gamma.team-a:4096")
  expect(address()).toBe("http://gamma.team-a:4096")
  fireEvent.click(screen.getByRole("button", { name: "Add server" }))
  expect(screen.getByTestId("known").textContent).toBe("local gamma.team-a:4096")
})

test("nothing is added by following the link alone", () => {
  show([local], "gamma.team-a:4096")
  expect(screen.getByTestId("known").textContent).toBe("local")
  expect(localStorage.getItem("sandbar.servers.v1")).toBeNull()
})

test("the servers one knows are a click away", () => {
  show([local], "gamma:1")
  expect(screen.getByRole("link", { name: /local/ }).getAttribute("href")).toBe("/s/local/")
})

test("a link to the embedded server of an installation that has none offers no form", () => {
  show([], "local")
  expect(screen.queryByLabelText("Address")).toBeNull()
  expect(document.body.textContent).toContain("runs no local server")
})

test("without any server, the first page says how to get one, and opens it once it is there", async () => {
  show([])
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Add your first server")
  fireEvent.input(screen.getByLabelText("Address"), { target: { value: "alpha:4096" } })
  fireEvent.click(screen.getByRole("button", { name: "Add server" }))
  expect(await screen.findByText("opened")).toBeTruthy()
})

test("when all provided servers are hidden, the first page brings them back", async () => {
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own: [], hidden: ["local"], credentials: {} }))
  show([local])
  fireEvent.click(screen.getByText("Show 1 hidden"))
  expect(await screen.findByText("opened")).toBeTruthy()
})

test("with a server, the first page goes straight to the default one", async () => {
  show([local])
  expect(await screen.findByText("opened")).toBeTruthy()
})
