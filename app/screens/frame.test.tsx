import { A, MemoryRouter, Route, useNavigate } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Connection } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider } from "../servers/server-context.tsx"
import { Frame } from "./frame.tsx"

const link = {
  state: () => "live",
  reason: () => undefined,
  retryNow: () => undefined,
  follow: () => undefined,
}

function Page() {
  const navigate = useNavigate()
  const sidebar = (
    <>
      <button type="button" onClick={() => navigate("/other")}>
        Other session
      </button>
      <A href="/">This session</A>
    </>
  )
  return (
    <Frame sidebar={sidebar} title="Fix the test" onForm={() => undefined}>
      <p>Timeline</p>
    </Frame>
  )
}

function show(narrow: boolean) {
  const list = Object.assign(new EventTarget(), { matches: narrow })
  vi.stubGlobal("matchMedia", () => list)
  const options = {
    provided: [{ name: "local", url: "http://local" }],
    activeId: () => "local",
    probe: async () => ({ kind: "checking" }) as const,
  }
  render(() => (
    <MemoryRouter
      root={(root) => (
        <ServersProvider options={options}>
          <ConnectionProvider value={{ link } as unknown as Connection}>{root.children}</ConnectionProvider>
        </ServersProvider>
      )}
    >
      <Route path="*" component={Page} />
    </MemoryRouter>
  ))
  return {
    resize(toNarrow: boolean) {
      list.matches = toNarrow
      list.dispatchEvent(new Event("change"))
    },
  }
}

beforeEach(() => localStorage.clear())
afterEach(async () => {
  cleanup()
  vi.unstubAllGlobals()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a wide page shows the sidebar beside the conversation", () => {
  show(false)
  expect(screen.getByRole("complementary", { name: "Sessions" }).textContent).toContain("Other session")
  expect(screen.getByRole("main").textContent).toBe("Timeline")
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Fix the test")
  expect(screen.queryByRole("button", { name: "Sessions" })).toBeNull()
})

test("a narrow page keeps the sidebar in a drawer, which closes after a choice", async () => {
  show(true)
  expect(screen.queryByText("Other session")).toBeNull()
  const menu = screen.getByRole("button", { name: "Sessions" })
  menu.focus()
  fireEvent.click(menu)
  const choice = await screen.findByText("Other session")
  fireEvent.click(choice)
  await waitFor(() => expect(screen.queryByText("Other session")).toBeNull())
})

test("a link to where one already is closes the drawer too", async () => {
  show(true)
  fireEvent.click(screen.getByRole("button", { name: "Sessions" }))
  fireEvent.click(await screen.findByText("This session"))
  await waitFor(() => expect(screen.queryByText("This session")).toBeNull())
})

test("Escape closes the drawer and gives the focus back to the menu button", async () => {
  show(true)
  const menu = screen.getByRole("button", { name: "Sessions" })
  menu.focus()
  fireEvent.click(menu)
  await screen.findByText("Other session")
  fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" })
  await waitFor(() => expect(document.activeElement).toBe(menu))
})

test("a tap that focuses nothing still leads back to the menu button when the drawer closes", async () => {
  show(true)
  fireEvent.click(screen.getByRole("button", { name: "Sessions" }))
  await screen.findByText("Other session")
  fireEvent.click(screen.getByRole("button", { name: "Close" }))
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Sessions"))
})

test("turning the device moves the sidebar out of the drawer", () => {
  const { resize } = show(true)
  resize(false)
  expect(screen.getByRole("complementary", { name: "Sessions" })).toBeTruthy()
})

test("the header says which server this is, and how its picker is reached", () => {
  show(false)
  const button = document.querySelector(".server-button")
  expect(button?.textContent).toBe("local")
  expect(button?.getAttribute("aria-haspopup")).toBe("dialog")
  expect(button?.getAttribute("data-tooltip")).toContain("Alt+S")
})

test("the shortcut opens the picker from anywhere; Ctrl+K does not", async () => {
  show(false)
  fireEvent.keyDown(document.body, { key: "k", code: "KeyK", ctrlKey: true })
  fireEvent.keyDown(document.body, { key: "s", code: "KeyS", ctrlKey: true, altKey: true })
  expect(await screen.findByRole("dialog", { name: "Servers" })).toBeTruthy()
})
