import { cleanup, fireEvent, screen, waitFor, within } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { KeptData } from "../../shared/sandboxes.ts"
import { aSandbox, makeSandboxApi, problem, type SandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { SandboxList } from "./sandbox-list.tsx"

const later = (ms: number) => new Date(Date.now() + ms).toISOString()
const running = () => aSandbox({ lastActivityAt: later(-180_000), idleAt: later(720_000) })
const kept = (): KeptData => ({
  id: "sb-dddddddddddd",
  name: "old",
  repository: "https://git.test/team/lab",
  branch: "spike",
  directory: null,
  template: "small",
  createdAt: later(-9e8),
  keptSince: later(-3 * 86_400_000),
  bytes: 700 * 2 ** 20,
})

const Page = () => (
  <main tabindex="-1">
    <SandboxList />
  </main>
)

async function show(api: SandboxApi) {
  const rendered = renderWithSandboxes(api, () => <Page />, { path: "/sandboxes" })
  await waitFor(() => expect(api.looks()).toBeGreaterThan(0))
  await screen.findByRole("list", { name: "Sandboxes" })
  return rendered
}
async function choose(name: string, item: string) {
  const trigger = screen.getByRole("button", { name: `Menu of ${name}` })
  trigger.focus()
  fireEvent.pointerDown(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.pointerUp(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.click(trigger)
  const entry = await screen.findByRole("menuitem", { name: item })
  fireEvent.pointerDown(entry, { button: 0, pointerType: "mouse" })
  fireEvent.pointerUp(entry, { button: 0, pointerType: "mouse" })
  fireEvent.click(entry)
}
const removal = (api: SandboxApi) => api.asked.find(({ method }) => method === "DELETE")

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("a row says what it is, how it is doing and when it sleeps", async () => {
  await show(makeSandboxApi({ sandboxes: [running()] }))
  const row = within(screen.getByRole("list", { name: "Sandboxes" })).getByRole("listitem")
  expect(row.textContent).toBe("shopteam/shopRunning · active 3 min ago · sleeps in 12 min")
  expect(screen.getByText("1 of 10")).toBeTruthy()
})

test("deleting keeps the data unless somebody says otherwise", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  await show(api)
  await choose("shop", "Delete")
  const dialog = await screen.findByRole("dialog")
  expect(within(dialog).getByLabelText<HTMLInputElement>("Keep the data").checked).toBe(true)
  fireEvent.click(within(dialog).getByRole("button", { name: "Delete sandbox" }))
  await waitFor(() => expect(removal(api)?.body).toEqual({ data: "keep" }))
})

test("what never ran is deleted without a question about its data", async () => {
  const failed = aSandbox({ id: "sb-bbbbbbbbbbbb", name: "b", state: "failed", isFresh: true })
  const api = makeSandboxApi({ sandboxes: [failed] })
  await show(api)
  await choose("b", "Delete")
  const dialog = await screen.findByRole("dialog", { name: "Delete “b”?" })
  expect(dialog.textContent).toContain("It never ran, so nothing of it is lost.")
  expect(within(dialog).queryByLabelText("Keep the data")).toBeNull()
  fireEvent.click(within(dialog).getByRole("button", { name: "Delete sandbox" }))
  await waitFor(() => expect(removal(api)?.body).toEqual({ data: "delete" }))
})

test("only of what runs it is said that it ends", async () => {
  await show(
    makeSandboxApi({
      sandboxes: [running(), aSandbox({ id: "sb-bbbbbbbbbbbb", name: "b", state: "failed" })],
    }),
  )
  await choose("shop", "Delete")
  expect((await screen.findByRole("dialog")).textContent).toContain("What runs in it ends. Its files")
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }))
  await choose("b", "Delete")
  expect((await screen.findByRole("dialog", { name: "Delete “b”?" })).textContent).not.toContain("ends")
})

test("data is deleted only after its name was typed", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  await show(api)
  await choose("shop", "Delete")
  fireEvent.click(await screen.findByLabelText("Keep the data"))
  const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "Delete sandbox and data" })
  expect(button().disabled).toBe(true)
  fireEvent.input(screen.getByLabelText("Type “shop” to delete its data"), { target: { value: "sho" } })
  expect(button().disabled).toBe(true)
  fireEvent.input(screen.getByLabelText("Type “shop” to delete its data"), { target: { value: " shop " } })
  fireEvent.click(button())
  await waitFor(() => expect(removal(api)?.body).toEqual({ data: "delete", name: "shop" }))
})

test("a removal that is refused leaves the question there, with the reason", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  await show(api)
  await choose("shop", "Delete")
  api.state.instead = ({ method }) =>
    method === "DELETE" ? problem(503, "sandbox.unavailable", "The cluster does not answer.") : undefined
  fireEvent.click(await screen.findByRole("button", { name: "Delete sandbox" }))
  await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("The cluster does not answer."))
  expect(screen.getByRole("dialog")).toBeTruthy()
})

test("renaming is one request with the new name", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  await show(api)
  await choose("shop", "Rename")
  fireEvent.input(await screen.findByLabelText("Name"), { target: { value: "store" } })
  fireEvent.click(screen.getByRole("button", { name: "Rename" }))
  await waitFor(() => expect(screen.getByRole("list", { name: "Sandboxes" }).textContent).toContain("store"))
  expect(api.asked.find(({ method }) => method === "PATCH")?.body).toEqual({ name: "store" })
})

test("keeping awake is offered for an hour, for four, and until the next morning", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  await show(api)
  await choose("shop", "Keep awake for 4 h")
  await waitFor(() => expect(api.asked.some(({ method }) => method === "PATCH")).toBe(true))
  expect(api.asked.find(({ method }) => method === "PATCH")?.body).toEqual({ keepAwakeSeconds: 14_400 })
})

test("kept data can be adopted: a sandbox of the same make goes on with it", async () => {
  const api = makeSandboxApi({ data: [kept()] })
  const { where } = await show(api)
  const row = within(screen.getByRole("list", { name: "Kept data" })).getByRole("listitem")
  expect(row.textContent).toContain("oldteam/lab · spike700 MiB · deleted 3 days ago")
  fireEvent.click(screen.getByRole("button", { name: "Adopt the data of old" }))
  await waitFor(() => expect(where()).toBe("/sandbox/sb-dddddddddddd"))
  expect(api.asked.find(({ method }) => method === "POST")?.body).toEqual({
    template: "small",
    name: "old",
    repository: "https://git.test/team/lab",
    branch: "spike",
    adopt: "sb-dddddddddddd",
  })
})

test("kept data whose template is gone is taken up by another one that is chosen", async () => {
  const api = makeSandboxApi({ data: [{ ...kept(), template: "gone" }] })
  api.state.instead = ({ method, body }) =>
    method === "POST" && (body as { template?: string }).template === "gone"
      ? problem(400, "sandbox.malformed", "This template is not offered any more.", "template")
      : undefined
  const { where } = await show(api)
  fireEvent.click(screen.getByRole("button", { name: "Adopt the data of old" }))
  const dialog = within(await screen.findByRole("dialog"))
  fireEvent.click(await dialog.findByRole("radio", { name: /Large/ }))
  fireEvent.click(dialog.getByRole("button", { name: "Adopt" }))
  await waitFor(() => expect(where()).toBe("/sandbox/sb-dddddddddddd"))
  expect(api.asked.findLast(({ method }) => method === "POST")?.body).toMatchObject({
    template: "large",
    adopt: "sb-dddddddddddd",
  })
})

test("a directory that was there before is said to stay, whatever becomes of the sandbox", async () => {
  await show(
    makeSandboxApi({ sandboxes: [{ ...running(), repository: null, directory: "/home/me/garden" }] }),
  )
  await choose("shop", "Delete")
  const words = () => document.querySelector(".dialog-description")?.textContent
  await screen.findByRole("dialog")
  expect(words()).toContain("Its sessions are kept")
  expect(words()).toContain("The directory /home/me/garden stays as it is.")
  fireEvent.click(screen.getByLabelText("Keep the data"))
  expect(words()).toContain("Its sessions are gone for good. The directory /home/me/garden stays as it is.")
})

test("a row that goes away leaves the keyboard on the page", async () => {
  const api = makeSandboxApi({ sandboxes: [running()] })
  const { sandboxes } = await show(api)
  screen.getByRole("button", { name: "Menu of shop" }).focus()
  api.remove("sb-aaaaaaaaaaaa")
  sandboxes.refresh()
  await screen.findByText("You have no sandbox")
  expect(document.activeElement?.tagName).toBe("MAIN")
})

test("kept data is deleted only after its name was typed", async () => {
  const api = makeSandboxApi({ data: [kept()] })
  await show(api)
  fireEvent.click(screen.getByRole("button", { name: "Delete the data of old" }))
  const button = await screen.findByRole<HTMLButtonElement>("button", { name: "Delete data" })
  expect(button.disabled).toBe(true)
  fireEvent.input(screen.getByLabelText("Type “old” to delete its data"), { target: { value: "old" } })
  fireEvent.click(button)
  await waitFor(() => expect(screen.queryByRole("list", { name: "Kept data" })).toBeNull())
  expect(removal(api)).toMatchObject({ path: "/sb-dddddddddddd", body: { data: "delete", name: "old" } })
})

test("kept data of a directory says which one, and that it stays when the data is deleted", async () => {
  const directory = "/home/ada/shop"
  const api = makeSandboxApi({ data: [{ ...kept(), repository: null, branch: null, directory }] })
  const gone = problem(400, "sandbox.malformed", "This template is not offered any more.", "template")
  api.state.instead = ({ method }) => (method === "POST" ? gone : undefined)
  await show(api)
  expect(screen.getByText(directory)).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Adopt the data of old" }))
  expect(await screen.findByText(/It works in the directory \/home\/ada\/shop\.$/)).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }))
  fireEvent.click(screen.getByRole("button", { name: "Delete the data of old" }))
  const fate = "Its sessions are gone for good. The directory /home/ada/shop stays as it is."
  expect(await screen.findByText(fate)).toBeTruthy()
})

test("an empty list says what a sandbox is and leads to the first one", async () => {
  await show(makeSandboxApi())
  expect(screen.getByText("You have no sandbox")).toBeTruthy()
  expect(screen.getByRole("link", { name: "New sandbox" }).getAttribute("href")).toBe("/new")
})
