import { cleanup, fireEvent, screen, waitFor, within } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { aSandbox, makeSandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { Picker } from "../servers/picker.tsx"
import type { ServerHealth } from "../servers/server-health.ts"

async function show(sandboxes: Sandbox[]) {
  const api = makeSandboxApi({ sandboxes })
  const probe = vi.fn(
    async (): Promise<ServerHealth> => ({
      kind: "healthy",
      version: "1.18.0",
      latencyMs: 7,
      waiting: 1,
    }),
  )
  const rendered = renderWithSandboxes(api, () => <Picker open onOpenChange={() => undefined} />, { probe })
  if (sandboxes.length > 0) await screen.findByText(sandboxes[0]?.name ?? "")
  return { api, probe, ...rendered }
}
const row = (name: string) => screen.getByText(name).closest("li") as HTMLElement

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

const soon = () => new Date(Date.now() + 720_000).toISOString()

test("a sandbox that runs is a server like any other, and says when it sleeps", async () => {
  await show([aSandbox({ idleAt: soon() })])
  await waitFor(() => expect(row("shop").textContent).toContain("1 waits for you"))
  expect(row("shop").textContent).toContain("team/shop")
  expect(row("shop").textContent).toContain("sleeps in 12 min")
  expect(row("shop").querySelector("a")?.getAttribute("href")).toBe("/s/sb-aaaaaaaaaaaa/")
})

test("one that is being deleted is no server any more", async () => {
  await show([aSandbox(), aSandbox({ id: "sb-bbbbbbbbbbbb", name: "tools", state: "deleting" })])
  expect(screen.queryByText("tools")).toBeNull()
})

test("one that sleeps, starts or failed shows it without being asked", async () => {
  const failure: Sandbox["failure"] = {
    code: "crash",
    step: "starting",
    sentence: "OpenCode ended with status 1.",
    remedies: ["retry"],
    details: "",
  }
  const { probe } = await show([
    aSandbox({ state: "stopped", idleAt: null }),
    aSandbox({ id: "sb-bbbbbbbbbbbb", name: "tools", state: "starting", step: "cloning" }),
    aSandbox({
      id: "sb-cccccccccccc",
      name: "lab",
      state: "failed",
      failure,
    }),
  ])
  expect(within(row("shop")).getByRole("img", { name: "Asleep" })).toBeTruthy()
  expect(row("shop").textContent).toContain("asleep")
  expect(row("tools").textContent).toContain("It is starting: cloning the repository.")
  expect(row("lab").textContent).toContain("OpenCode ended with status 1.")
  expect(probe).not.toHaveBeenCalled()
})

test("where its files come from and how it is doing are told apart in its row", async () => {
  await show([
    aSandbox({ state: "stopped", branch: "next" }),
    aSandbox({ id: "sb-bbbbbbbbbbbb", name: "tools", state: "stopped", repository: null }),
  ])
  expect(row("shop").querySelector(".row-more")?.textContent).toMatch(/team\/shop · next·asleep$/)
  expect(row("tools").querySelector(".row-more")?.textContent).toBe("asleep")
})

test("picking one that sleeps wakes it on the way", async () => {
  const { api, where } = await show([aSandbox({ state: "stopped" })])
  fireEvent.click(row("shop").querySelector("a") as HTMLElement)
  await waitFor(() => expect(api.acts()).toEqual(["POST /sb-aaaaaaaaaaaa/wake"]))
  await waitFor(() => expect(where()).toBe("/s/sb-aaaaaaaaaaaa/"))
})

test("picking one that runs asks for nothing", async () => {
  const { api } = await show([aSandbox()])
  fireEvent.click(row("shop").querySelector("a") as HTMLElement)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(api.acts()).toEqual([])
})

test("its menu is that of a sandbox: it cannot be edited, hidden or taken out of the list", async () => {
  await show([aSandbox()])
  const trigger = screen.getByRole("button", { name: "Menu of shop" })
  trigger.focus()
  fireEvent.pointerDown(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.pointerUp(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.click(trigger)
  await screen.findByRole("menuitem", { name: "Stop" })
  expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual([
    "Stop",
    "Keep awake for 1 h",
    "Keep awake for 4 h",
    "Keep awake until tomorrow",
    "Details",
    "Rename",
    "Delete",
  ])
})

test("one that is renamed keeps its row, and the row the focus", async () => {
  const { sandboxes } = await show([aSandbox()])
  const trigger = screen.getByRole("button", { name: "Menu of shop" })
  trigger.focus()
  await sandboxes.change("sb-aaaaaaaaaaaa", { name: "store" })
  await screen.findByText("store")
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Menu of store" }))
  expect(document.activeElement).toBe(trigger)
})

test("a sandbox is found by its repository", async () => {
  await show([
    aSandbox(),
    aSandbox({ id: "sb-bbbbbbbbbbbb", name: "tools", repository: "https://git.test/x/y" }),
  ])
  fireEvent.input(screen.getByLabelText("Search servers"), { target: { value: "team/sh" } })
  expect([...document.querySelectorAll(".row-name")].map((name) => name.textContent)).toEqual(["shop"])
})

test("the picker leads to a new sandbox", async () => {
  const { where } = await show([])
  fireEvent.click(screen.getByRole("button", { name: "New sandbox" }))
  await waitFor(() => expect(where()).toBe("/new"))
})
