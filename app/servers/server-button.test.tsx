import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, render } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ServerButton } from "./server-button.tsx"
import { ServersProvider, useServers } from "./server-context.tsx"

function show(first: string | undefined) {
  const own = ["Alpha", "Beta"].map((name) => ({ name, url: `http://${name.toLowerCase()}:1` }))
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  const [activeId, open] = createSignal(first)
  const probe = async () => ({ kind: "healthy", version: "1" }) as const
  let remove: (id: string) => void = () => undefined
  const Button = () => {
    remove = useServers().remove
    return <ServerButton />
  }
  render(() => (
    <MemoryRouter
      root={() => (
        <ServersProvider options={{ provided: [], activeId, probe }}>
          <Button />
        </ServersProvider>
      )}
    >
      <Route path="*" component={() => null} />
    </MemoryRouter>
  ))
  return { open, remove: (id: string) => remove(id) }
}
const words = () => document.querySelector(".server-button")?.textContent

beforeEach(() => localStorage.clear())
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a page that belongs to no server names the one that was open last", () => {
  const { open, remove } = show("alpha:1")
  expect(words()).toBe("Alpha")
  open("beta:1")
  open(undefined)
  expect(words()).toBe("Beta")
  remove("beta:1")
  expect(words()).toBe("Servers")
})

test("where none was open yet the button says what it opens", () => {
  show(undefined)
  expect(words()).toBe("Servers")
})

test("a link to a server that is not in the list does not go by another one's name", () => {
  const { open } = show("alpha:1")
  open("gamma:1")
  expect(words()).toBe("Servers")
})
