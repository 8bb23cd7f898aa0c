import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test } from "vitest"
import { PickerList } from "./picker-list.tsx"
import { ServersProvider, useServers } from "./server-context.tsx"

const waiting: Record<string, number> = {}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
const names = () => [...document.querySelectorAll(".row-name")].map((row) => row.textContent)

async function show() {
  const own = ["Alpha", "Beta", "Gamma"].map((name) => ({ name, url: `http://${name.toLowerCase()}:1` }))
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  const probe = async ({ url }: { url: string }) =>
    ({ kind: "healthy", version: "1", latencyMs: 1, waiting: waiting[url] ?? 0 }) as const
  const none = () => undefined
  const Again = () => {
    const servers = useServers()
    return (
      <button type="button" onClick={() => servers.probeNow()}>
        Look
      </button>
    )
  }
  render(() => (
    <MemoryRouter
      root={() => (
        <ServersProvider options={{ provided: [], activeId: () => undefined, probe }}>
          <PickerList
            onPick={none}
            onAdd={none}
            onEdit={none}
            onSignOut={none}
            onRemove={none}
            onHide={none}
          />
          <Again />
        </ServersProvider>
      )}
    >
      <Route path="*" component={() => null} />
    </MemoryRouter>
  ))
  await settle()
}

beforeEach(() => {
  localStorage.clear()
  for (const url of Object.keys(waiting)) delete waiting[url]
})
afterEach(cleanup)

test("the picker says how much waits on all servers, and shows just those on request", async () => {
  Object.assign(waiting, { "http://beta:1": 1, "http://gamma:1": 2 })
  await show()
  const button = screen.getByRole("button", { name: "3 wait for you", pressed: false })
  fireEvent.click(button)
  expect(names()).toEqual(["Beta", "Gamma"])
  fireEvent.click(button)
  expect(names()).toEqual(["Alpha", "Beta", "Gamma"])
})

test("once everything is answered the whole list is back, and nothing claims that something waits", async () => {
  waiting["http://beta:1"] = 1
  await show()
  fireEvent.click(screen.getByText("1 waits for you", { selector: "button" }))
  expect(names()).toEqual(["Beta"])
  waiting["http://beta:1"] = 0
  fireEvent.click(screen.getByText("Look"))
  await settle()
  expect(names()).toEqual(["Alpha", "Beta", "Gamma"])
  expect(document.body.textContent).not.toMatch(/waits? for you/)
})
