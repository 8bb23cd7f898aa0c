import { MemoryRouter, Route, useLocation } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor, within } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import { makeMemoryVault } from "../../tests/fakes/memory-vault.ts"
import { Notices } from "../ui/notices.tsx"
import { openServerStorage } from "./open-server-storage.ts"
import { Picker } from "./picker.tsx"
import type { ProbeTarget } from "./probe.ts"
import { ServersProvider } from "./server-context.tsx"
import type { ServerHealth } from "./server-health.ts"

const healthy: ServerHealth = { kind: "healthy", version: "1.18.33", latencyMs: 12 }
const book = {
  own: [
    { name: "Alpha", url: "http://alpha:4096" },
    { name: "Beta", url: "http://beta:4096" },
  ],
  hidden: [],
  credentials: {},
}

/** The picker over a page that shows where the router is. */
function show(health: (target: ProbeTarget) => ServerHealth = () => healthy) {
  const probe = async (target: ProbeTarget) => health(target)
  const [open, setOpen] = createSignal(false)
  const storage = openServerStorage(makeMemoryVault())
  close = storage.passwords.close
  const Page = () => <p data-testid="path">{useLocation().pathname}</p>
  render(() => (
    <MemoryRouter
      root={(root) => (
        <ServersProvider
          options={{
            provided: [{ name: "local", url: "http://local" }],
            activeId: () => "alpha:4096",
            probe,
            storage,
          }}
        >
          <button type="button" onClick={() => setOpen(true)}>
            Open
          </button>
          <Picker open={open()} onOpenChange={setOpen} probe={probe} />
          <Notices />
          {root.children}
        </ServersProvider>
      )}
    >
      <Route path="*" component={Page} />
    </MemoryRouter>
  ))
  const opener = screen.getByText("Open")
  opener.focus()
  fireEvent.click(opener)
  return { opener }
}

let close: () => void = () => undefined
const dialog = () => document.querySelector<HTMLElement>(".picker") as HTMLElement
const names = () => [...dialog().querySelectorAll(".row-name")].map((row) => row.textContent)
const focusedRow = () => document.activeElement?.querySelector(".row-name")?.textContent
const key = (name: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key: name })
const settle = () => new Promise((resolve) => setTimeout(resolve))
const kept = () => JSON.parse(localStorage.getItem("sandbar.servers.v1") ?? "null")

async function choose(row: string, item: string) {
  const trigger = screen.getByRole("button", { name: `Menu of ${row}` })
  trigger.focus()
  fireEvent.pointerDown(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.pointerUp(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.click(trigger)
  const entry = await screen.findByRole("menuitem", { name: item })
  entry.focus()
  fireEvent.pointerDown(entry, { button: 0, pointerType: "mouse" })
  fireEvent.pointerUp(entry, { button: 0, pointerType: "mouse" })
  fireEvent.click(entry)
  await settle()
}
async function type(label: string, text: string) {
  fireEvent.input(screen.getByLabelText(label), { target: { value: text } })
  await settle()
}

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  localStorage.setItem("sandbar.servers.v1", JSON.stringify(book))
})
afterEach(async () => {
  cleanup()
  close()
  // The dialog hands the focus back a frame later; it needs its document for that.
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a row says name, address and version; the first one is the default", async () => {
  show()
  await settle()
  expect(names()).toEqual(["local", "Alpha", "Beta"])
  const [local, alpha] = within(dialog()).getAllByRole("listitem")
  expect(local?.textContent).toContain("default")
  expect(local?.textContent).toContain("provided")
  expect(alpha?.textContent).toContain("alpha:4096")
  expect(alpha?.textContent).toContain("1.18.33")
  expect(within(alpha as HTMLElement).getByRole("img", { name: "Healthy" })).toBeTruthy()
})

test("what is wrong stands below the row, in words", async () => {
  show((target) =>
    target.url.includes("beta")
      ? { kind: "failed", reason: "beta refuses connections." }
      : { kind: "needs-password" },
  )
  await settle()
  const [, alpha, beta] = within(dialog()).getAllByRole("listitem")
  expect(beta?.textContent).toContain("beta refuses connections.")
  expect(within(alpha as HTMLElement).getByRole("img", { name: "Needs a password" })).toBeTruthy()
  expect(within(alpha as HTMLElement).getByRole("button", { name: "Enter password" })).toBeTruthy()
})

test("arrows walk from the search field through the rows and back", async () => {
  show()
  await settle()
  expect(document.activeElement).toBe(screen.getByLabelText("Search servers"))
  key("ArrowDown")
  expect(focusedRow()).toBe("local")
  key("ArrowDown")
  key("ArrowDown")
  key("ArrowDown")
  expect(focusedRow()).toBe("Beta")
  key("Home")
  key("ArrowUp")
  expect(document.activeElement).toBe(screen.getByLabelText("Search servers"))
})

test("searching by address and Enter opens the first match and closes the picker", async () => {
  show()
  await type("Search servers", "BETA:40")
  expect(names()).toEqual(["Beta"])
  screen.getByLabelText("Search servers").focus()
  key("Enter")
  await waitFor(() => expect(screen.getByTestId("path").textContent).toBe("/s/beta:4096/"))
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
})

test("a server without a name of its own shows its address once", async () => {
  localStorage.setItem(
    "sandbar.servers.v1",
    JSON.stringify({ ...book, own: [{ name: "127.0.0.1:9403", url: "http://127.0.0.1:9403" }] }),
  )
  show()
  await settle()
  const [, row] = within(dialog()).getAllByRole("listitem")
  expect(row?.textContent?.match(/127\.0\.0\.1:9403/g)).toHaveLength(1)
})

test("a search without a match becomes a new server's address", async () => {
  show()
  await type("Search servers", " gamma.team-a:4096 ")
  fireEvent.click(screen.getByRole("button", { name: "Add it as a server" }))
  await settle()
  const field = screen.getByLabelText<HTMLInputElement>("Address")
  expect(field.value).toBe("gamma.team-a:4096")
  expect(document.activeElement).toBe(field)
})

test("Enter password leads to the password, for a provided server too", async () => {
  show(() => ({ kind: "needs-password" }))
  await settle()
  for (const index of [0, 1]) {
    fireEvent.click(screen.getAllByRole("button", { name: "Enter password" })[index] as HTMLElement)
    await settle()
    expect(document.activeElement).toBe(screen.getByLabelText("Password"))
    key("Escape")
    await settle()
  }
})

test("Escape closes the picker and the focus returns to where it was", async () => {
  const { opener } = show()
  await settle()
  key("Escape")
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
  await waitFor(() => expect(document.activeElement).toBe(opener))
})

test("opened a second time, the search field has the focus again", async () => {
  const { opener } = show()
  await settle()
  key("Escape")
  await waitFor(() => expect(document.activeElement).toBe(opener))
  fireEvent.click(opener)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(document.activeElement).toBe(screen.getByLabelText("Search servers"))
})

test("Escape in the form goes back to the list and changes nothing", async () => {
  show()
  await settle()
  fireEvent.click(screen.getByText("Add server"))
  await type("Address", "gamma:4096")
  key("Escape")
  await settle()
  expect(names()).toEqual(["local", "Alpha", "Beta"])
})

test("an added server is normalised, kept, and has the focus in the list", async () => {
  show()
  await settle()
  fireEvent.click(screen.getByText("Add server"))
  await settle()
  expect(document.activeElement).toBe(screen.getByLabelText("Address"))
  await type("Address", "sandbox.team-a:4096/")
  fireEvent.submit(screen.getByLabelText("Address").closest("form") as HTMLFormElement)
  await settle()
  expect(kept().own.at(-1)).toEqual({ name: "sandbox.team-a:4096", url: "http://sandbox.team-a:4096" })
  expect(focusedRow()).toBe("sandbox.team-a:4096")
})

test("a password is in no readable storage once it is remembered, and otherwise in that of the session", async () => {
  show()
  await settle()
  for (const remember of [false, true]) {
    await choose("Beta", "Edit")
    await type("Password", "hunter2")
    if (remember) fireEvent.click(screen.getByLabelText("Remember the password on this device"))
    fireEvent.submit(screen.getByLabelText("Address").closest("form") as HTMLFormElement)
    await waitFor(() =>
      expect(sessionStorage.getItem("sandbar.passwords./.v2")?.includes("hunter2")).toBe(!remember),
    )
    expect(JSON.stringify({ ...localStorage })).not.toContain("hunter2")
  }
})

test("signing out is offered only where there is a password, and says what it did", async () => {
  show()
  await settle()
  await choose("Beta", "Edit")
  await type("Password", "hunter2")
  fireEvent.submit(screen.getByLabelText("Address").closest("form") as HTMLFormElement)
  await settle()
  await choose("Beta", "Sign out")
  expect(await screen.findByText(/Signed out of “Beta”/)).toBeTruthy()
  expect(sessionStorage.getItem("sandbar.passwords./.v2")).not.toContain("hunter2")
  await expect(choose("Beta", "Sign out")).rejects.toThrow()
})

test("a file with servers is read in, says what came of it, and Undo takes it back", async () => {
  show()
  await settle()
  const servers = [
    { name: "Gamma", url: "http://gamma:1" },
    { name: "Alpha", url: "http://alpha:4096" },
    { name: "Evil", url: "javascript:alert(1)" },
  ]
  await choosing([JSON.stringify({ format: "sandbar-servers", version: 1, servers })])
  expect(await screen.findByText("1 server added, 1 already there, 1 not readable.")).toBeTruthy()
  expect(names()).toEqual(["local", "Alpha", "Beta", "Gamma"])
  fireEvent.click(screen.getByText("Undo"))
  await waitFor(() => expect(names()).toEqual(["local", "Alpha", "Beta"]))
})

test("a file that is no list, or far too large, is refused with a sentence", async () => {
  show()
  await settle()
  await choosing(['{"servers": 7}'])
  expect(await screen.findByText(/This is not a list of servers/)).toBeTruthy()
  await choosing(["x".repeat(10_000_000)])
  expect(await screen.findByText(/This file is too large/)).toBeTruthy()
  expect(names()).toEqual(["local", "Alpha", "Beta"])
})

async function choosing(parts: string[]) {
  const input = screen.getByLabelText<HTMLInputElement>("File with a list of servers")
  const file = new File(parts, "sandbar-servers.json", { type: "application/json" })
  // jsdom's File has no text().
  Object.defineProperty(file, "text", { value: async () => parts.join("") })
  Object.defineProperty(input, "files", { value: [file], configurable: true })
  fireEvent.change(input)
  await settle()
}

test("removing asks first, and Undo brings the server back to its place", async () => {
  show()
  await settle()
  await choose("Alpha", "Remove")
  expect(names()).toEqual(["local", "Alpha", "Beta"])
  fireEvent.click(await screen.findByText("Remove server"))
  await waitFor(() => expect(names()).toEqual(["local", "Beta"]))
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Search servers")))
  // Its page was open: there is nothing to show any more.
  await waitFor(() => expect(screen.getByTestId("path").textContent).toBe("/"))
  fireEvent.click(screen.getByText("Undo"))
  await waitFor(() => expect(names()).toEqual(["local", "Alpha", "Beta"]))
  expect(kept().own).toEqual(book.own)
})

test("a removal that is called off leaves the row and gives the focus back to its menu", async () => {
  show()
  await settle()
  await choose("Alpha", "Remove")
  fireEvent.click(await screen.findByText("Cancel"))
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Menu of Alpha" })),
  )
  expect(names()).toEqual(["local", "Alpha", "Beta"])
})

test("a provided server has no Edit and no Remove; it can be hidden and shown again", async () => {
  show()
  await settle()
  await choose("local", "Hide")
  await waitFor(() => expect(names()).toEqual(["Alpha", "Beta"]))
  fireEvent.click(screen.getByText("Show 1 hidden"))
  await waitFor(() => expect(names()).toEqual(["local", "Alpha", "Beta"]))
  const trigger = screen.getByRole("button", { name: "Menu of local" })
  fireEvent.pointerDown(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.click(trigger)
  await screen.findByRole("menuitem", { name: "Hide" })
  expect(screen.queryByRole("menuitem", { name: "Edit" })).toBeNull()
  expect(screen.queryByRole("menuitem", { name: "Remove" })).toBeNull()
})

test("the default can be moved and survives a reload", async () => {
  show()
  await settle()
  await choose("Beta", "Set as default")
  const beta = within(dialog()).getAllByRole("listitem").at(-1)
  await waitFor(() => expect(beta?.textContent).toContain("default"))
  expect(kept().defaultId).toBe("beta:4096")
})
