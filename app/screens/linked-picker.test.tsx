import { createMemoryHistory, MemoryRouter, Route, useLocation } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { Show } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { LinkedServer } from "../servers/linked-server.ts"
import { ServersProvider } from "../servers/server-context.tsx"
import { Notices } from "../ui/notices.tsx"
import { createLinkedServer, takeLinkedServer } from "./create-linked-server.ts"
import { LinkedPicker } from "./linked-picker.tsx"

const provided = [{ name: "local", url: "http://local" }]

function show(first?: LinkedServer) {
  const history = createMemoryHistory()
  const Root = () => {
    const [linked, close] = createLinkedServer(first)
    return (
      <ServersProvider
        options={{
          provided,
          activeId: () => undefined,
          probe: async () => ({ kind: "failed", reason: "It is down." }),
        }}
      >
        <Notices />
        <Show when={linked()} keyed>
          {(server) => <LinkedPicker linked={server} onClose={close} />}
        </Show>
      </ServersProvider>
    )
  }
  const Path = () => {
    const location = useLocation()
    return <p data-testid="path">{`${location.pathname}${location.search}`}</p>
  }
  render(() => (
    <MemoryRouter
      history={history}
      root={(root) => (
        <>
          <Root />
          {root.children}
        </>
      )}
    >
      <Route path="*" component={Path} />
    </MemoryRouter>
  ))
  return history
}
const list = () => [...document.querySelectorAll(".row-name")].map((row) => row.textContent)

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  // The dialog hands the focus back a frame later; it needs its document for that.
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("what the link says stands in the form, and comes into the list only by adding it", async () => {
  show({ address: "http://gamma:4096", name: "Gamma" })
  expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("http://gamma:4096")
  expect(localStorage.getItem("sandbar.servers.v1")).toBeNull()
  fireEvent.click(screen.getByRole("button", { name: "Add server" }))
  await waitFor(() => expect(list()).toEqual(["local", "Gamma"]))
})

test("closing the form leaves everything as it was", async () => {
  show({ address: "http://gamma:4096", name: "Gamma" })
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }))
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
  expect(localStorage.getItem("sandbar.servers.v1")).toBeNull()
})

test("a server that is in the list already is shown there, and said to be", async () => {
  show({ address: "http://local", name: "Not local" })
  expect(list()).toEqual(["local"])
  expect(await screen.findByText("“local” is in your list already.")).toBeTruthy()
})

test("a link that is followed inside the app opens the form too, and leaves the URL", async () => {
  const history = show()
  expect(screen.queryByRole("dialog")).toBeNull()
  history.set({ value: "/s/local/?add=gamma%3A4096&keep=1" })
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Address").value).toBe("gamma:4096"))
  await waitFor(() => expect(screen.getByTestId("path").textContent).toBe("/s/local/?keep=1"))
})

test("when the page opens, the invitation leaves the URL before anything else reads it", () => {
  const before = window.location.href
  try {
    window.history.replaceState({ kept: true }, "", "/nb/s/local/?add=gamma:4096&name=G&keep=1#here")
    expect(takeLinkedServer()).toEqual({ address: "gamma:4096", name: "G" })
    expect(window.location.href).toContain("/nb/s/local/?keep=1#here")
    expect(window.history.state).toEqual({ kept: true })
    expect(takeLinkedServer()).toBeUndefined()
  } finally {
    window.history.replaceState(null, "", before)
  }
})
