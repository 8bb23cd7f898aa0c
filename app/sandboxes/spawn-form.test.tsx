import { cleanup, fireEvent, screen, waitFor, within } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { aSandbox, makeSandboxApi, problem, type SandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { SpawnForm } from "./spawn-form.tsx"

async function show(api: SandboxApi = makeSandboxApi()) {
  const onSpawned = vi.fn()
  renderWithSandboxes(api, () => <SpawnForm onSpawned={onSpawned} />)
  await screen.findByRole("button", { name: "Spawn sandbox" })
  return { api, onSpawned }
}
const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)
const type = (label: string, value: string) => fireEvent.input(field(label), { target: { value } })
const spawn = () => fireEvent.click(screen.getByRole("button", { name: "Spawn sandbox" }))
const describedBy = (input: HTMLInputElement) =>
  document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent
const sent = (api: SandboxApi) => api.asked.find(({ method }) => method === "POST")?.body

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("resources, idle time and isolation stand there before the button is pressed", async () => {
  await show()
  const form = document.querySelector("form")?.textContent
  expect(form).toContain("1 CPU · 2 GiB memory")
  expect(form).toContain("Sleeps after 30 min without work")
  expect(form).toContain("No isolation. It runs as you.")
})

test("the name is proposed from repository and branch until somebody types one", async () => {
  await show()
  type("Repository", "git.test/team/shop.git")
  type("Branch", "next")
  expect(field("Name").value).toBe("shop next")
  type("Name", "mine")
  type("Branch", "main")
  expect(field("Name").value).toBe("mine")
})

test("what is typed goes to the proxy as it means it, and the person to what was made", async () => {
  const { api, onSpawned } = await show()
  type("Repository", "git.test/team/shop")
  type("Branch", "next")
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
  expect(sent(api)).toEqual({
    template: "small",
    name: "shop next",
    repository: "https://git.test/team/shop",
    branch: "next",
  })
  expect(onSpawned.mock.calls[0]?.[0]).toMatchObject({ id: "sb-eeeeeeeeeeee", state: "starting" })
})

test.each([
  ["git@git.test:team/shop", "Only https works here"],
  ["https://me:secret@git.test/team/shop", "Leave user name and password out"],
  ["https://elsewhere.test/team/shop", "elsewhere.test is not among them"],
  ["--upload-pack=touch /tmp/x", "This is not the address of a repository."],
])("%s is refused while it is typed, and never sent", async (address, sentence) => {
  const { api } = await show()
  type("Repository", address)
  expect(screen.getByText(new RegExp(sentence))).toBeTruthy()
  expect(field("Repository").getAttribute("aria-invalid")).toBe("true")
  spawn()
  await waitFor(() => expect(document.activeElement).toBe(field("Repository")))
  expect(api.acts()).toEqual([])
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("secret")
})

test("an empty form blames nobody before the button is pressed", async () => {
  const { api } = await show()
  expect(document.querySelector("[aria-invalid]")).toBeNull()
  spawn()
  expect(await screen.findByText("Type the https address of a repository.")).toBeTruthy()
  expect(api.acts()).toEqual([])
})

test("another template may allow other hosts: what was wrong is right then", async () => {
  await show()
  type("Repository", "https://elsewhere.test/team/shop")
  fireEvent.click(screen.getByLabelText(/^Large/))
  expect(document.querySelector("[aria-invalid]")).toBeNull()
})

test("the branches of the remote are suggested, and its default is named", async () => {
  await show()
  type("Repository", "https://git.test/team/shop")
  await screen.findByText(/Empty for the default branch, main. 2 to choose from./)
  const list = document.getElementById(field("Branch").getAttribute("list") ?? "")
  expect([...(list?.querySelectorAll("option") ?? [])].map((option) => option.value)).toEqual([
    "main",
    "next",
  ])
})

test("branches that cannot be listed can be typed", async () => {
  const { api, onSpawned } = await show()
  api.state.instead = ({ path }) =>
    path.startsWith("/branches") ? problem(502, "sandbox.branches", "The remote is silent.") : undefined
  type("Repository", "https://git.test/team/shop")
  await screen.findByText("The remote is silent.")
  expect(describedBy(field("Repository"))).toContain("The remote is silent.")
  expect(describedBy(field("Branch"))).toBe("Type it, or leave it empty for the default branch.")
  type("Branch", "next")
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
})

test("a branch that the repository does not list is doubted before the button is pressed", async () => {
  const { api, onSpawned } = await show()
  type("Repository", "https://git.test/team/shop")
  type("Branch", "nxt")
  await screen.findByText("The repository lists no branch “nxt”.")
  type("Branch", "next")
  expect(screen.queryByText(/lists no branch/)).toBeNull()
  api.state.branches = { branches: ["main"], default: "main", more: true }
  type("Repository", "https://git.test/team/lab")
  await screen.findByText(/1 or more to choose from/)
  expect(screen.queryByText(/lists no branch/)).toBeNull()
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
})

test("a refusal stands at its field, takes the focus and keeps what was typed", async () => {
  const { api } = await show()
  api.state.instead = ({ method }) =>
    method === "POST" ? problem(400, "sandbox.malformed", "No such branch.", "branch") : undefined
  type("Repository", "https://git.test/team/shop")
  type("Branch", "nxt")
  spawn()
  await screen.findByText("No such branch.")
  await waitFor(() => expect(document.activeElement).toBe(field("Branch")))
  expect(field("Repository").value).toBe("https://git.test/team/shop")
  type("Branch", "next")
  expect(screen.queryByText("No such branch.")).toBeNull()
})

test("a refusal of the whole stands beside the button", async () => {
  const { api } = await show()
  api.state.instead = ({ method }) =>
    method === "POST" ? problem(403, "sandbox.quota", "You have 10 of 10.") : undefined
  type("Repository", "https://git.test/team/shop")
  spawn()
  await waitFor(() => expect(screen.getByRole("alert").textContent).toMatch(/^You have 10 of 10\./))
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Spawn sandbox"))
})

test("a draft survives a reload, and is gone once it was spawned", async () => {
  await show()
  type("Repository", "https://git.test/team/shop")
  type("Name", "mine")
  cleanup()
  const { onSpawned } = await show()
  expect(field("Name").value).toBe("mine")
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
  cleanup()
  await show()
  expect(field("Repository").value).toBe("")
  expect(document.querySelector("datalist option")?.getAttribute("value")).toBe("https://git.test/team/shop")
})

test("what is spawned again after a failure takes the place of what nobody could use", async () => {
  const old = aSandbox({ state: "failed", name: "shop nxt", branch: "nxt", isFresh: true })
  const draft = {
    source: "repository",
    repository: "https://git.test/team/shop",
    branch: "next",
    directory: "",
  }
  const replaces = { id: old.id }
  sessionStorage.setItem("sandbar.spawn-draft./.v1", JSON.stringify({ ...draft, name: old.name, replaces }))
  const { api, onSpawned } = await show(makeSandboxApi({ sandboxes: [old] }))
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled(), { timeout: 5_000 })
  expect(api.acts()).toEqual([`DELETE /${old.id}`, "POST "])
  expect(api.asked.find(({ method }) => method === "DELETE")?.body).toEqual({ data: "delete" })
})

test("what may hold somebody's data stays when its values are spawned again", async () => {
  const old = aSandbox({ state: "failed", name: "shop nxt", branch: "nxt" })
  const draft = { source: "nothing", repository: "", branch: "", directory: "" }
  const replaces = { id: old.id }
  sessionStorage.setItem("sandbar.spawn-draft./.v1", JSON.stringify({ ...draft, replaces }))
  const { api, onSpawned } = await show(makeSandboxApi({ sandboxes: [old] }))
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
  expect(api.acts()).toEqual(["POST "])
})

test("an existing directory is offered where the driver can work in one", async () => {
  const { api, onSpawned } = await show()
  fireEvent.click(screen.getByLabelText("An existing directory"))
  type("Directory", "garden")
  expect(screen.getByText("Type the whole path, from / on.")).toBeTruthy()
  type("Directory", "/home/me/garden")
  spawn()
  await waitFor(() => expect(onSpawned).toHaveBeenCalled())
  expect(sent(api)).toEqual({ template: "small", name: "garden", directory: "/home/me/garden" })
})

test("a cluster offers no directories of its machine", async () => {
  const api = makeSandboxApi()
  api.state.offer = { ...api.state.offer, localDirectories: false }
  await show(api)
  expect(screen.queryByLabelText("An existing directory")).toBeNull()
})

test("who has as many as allowed is told before the button is pressed", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox()] })
  api.state.most = 1
  await show(api)
  expect(await screen.findByText(/You have 1 of 1 sandboxes/)).toBeTruthy()
})

test("what gives way to the new one is not counted", async () => {
  const old = aSandbox({ state: "failed", isFresh: true })
  const draft = { source: "nothing", repository: "", branch: "", directory: "", replaces: { id: old.id } }
  sessionStorage.setItem("sandbar.spawn-draft./.v1", JSON.stringify(draft))
  const api = makeSandboxApi({ sandboxes: [old, aSandbox({ id: "sb-bbbbbbbbbbbb", name: "tools" })] })
  api.state.most = 2
  await show(api)
  await waitFor(() => expect(api.looks()).toBeGreaterThan(0))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByText(/You have 2 of 2/)).toBeNull()
  api.change(old.id, { isFresh: false })
  cleanup()
  await show(api)
  expect(await screen.findByText(/You have 2 of 2/)).toBeTruthy()
})

test("who tries it all the same is told once, with the way to what has to go", async () => {
  const api = makeSandboxApi({ sandboxes: [aSandbox()] })
  api.state.most = 1
  api.state.instead = ({ method }) =>
    method === "POST" ? problem(403, "sandbox.quota", "You have 1 sandboxes. Delete one.") : undefined
  await show(api)
  await screen.findByText(/You have 1 of 1 sandboxes/)
  type("Repository", "https://git.test/team/shop")
  spawn()
  await waitFor(() => expect(screen.getByRole("alert").textContent).toMatch(/^You have 1 sandboxes/))
  expect(document.body.textContent?.match(/You have 1/g)).toHaveLength(1)
  const way = within(screen.getByRole("alert")).getByRole("link")
  expect(way.getAttribute("href")).toBe("/sandboxes")
})

test("an installation that can spawn nothing now says why, and can be asked again", async () => {
  const api = makeSandboxApi()
  api.state.offer = { ...api.state.offer, unavailable: "Sandbar may not create pods in team-a." }
  renderWithSandboxes(api, () => <SpawnForm onSpawned={() => undefined} />)
  await screen.findByText("Sandbar may not create pods in team-a.")
  api.state.offer = { ...api.state.offer, unavailable: undefined }
  fireEvent.click(screen.getByRole("button", { name: "Try again" }))
  expect(await screen.findByRole("button", { name: "Spawn sandbox" })).toBeTruthy()
})
