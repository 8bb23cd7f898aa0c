import { cleanup, fireEvent, screen, waitFor } from "@solidjs/testing-library"
import { Show } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Failure, Progress, Sandbox, Step } from "../../shared/sandboxes.ts"
import { aSandbox, makeSandboxApi, problem, type SandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { SandboxView } from "./sandbox-view.tsx"
import type { Sandboxes } from "./sandboxes-context.ts"

const id = "sb-aaaaaaaaaaaa"
const order: readonly Step[] = ["queued", "cloning", "starting", "ready"]
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

function progress(step: Step, more: Partial<Progress> = {}): Progress {
  const at = order.indexOf(step)
  return {
    id,
    state: "starting",
    sentence: "Receiving objects, 40 %.",
    failure: null,
    steps: order.map((name, index) => ({
      step: name,
      is: index < at ? "done" : index === at ? (more.state === "failed" ? "failed" : "current") : "waiting",
      ...(index <= at && { startedAt: ago(10_000) }),
      ...(index < at && { endedAt: ago(4_000) }),
    })),
    ...more,
  }
}
const failure: Failure = {
  code: "clone",
  step: "cloning",
  sentence: "The branch “nxt” does not exist. Check the branch.",
  remedies: ["edit", "retry", "operator", "delete"],
  details: "fatal: Remote branch nxt not found in upstream origin",
}

async function show(sandbox: Partial<Sandbox> = {}, prepare: (api: SandboxApi) => void = () => undefined) {
  const api = makeSandboxApi({ sandboxes: [aSandbox({ state: "starting", step: "queued", ...sandbox })] })
  prepare(api)
  const onOpen = vi.fn()
  const View = (props: { sandboxes: Sandboxes }) => (
    <Show when={props.sandboxes.find(id)}>
      {(found) => (
        <main tabindex="-1">
          <SandboxView sandbox={found()} onOpen={onOpen} />
        </main>
      )}
    </Show>
  )
  const { where, sandboxes } = renderWithSandboxes(api, (made) => <View sandboxes={made} />)
  await waitFor(() => expect(api.asked.some(({ path }) => path.endsWith("/progress"))).toBe(true))
  return { api, onOpen, where, sandboxes }
}
const steps = () => [...document.querySelectorAll(".progress-step")].map((step) => step.textContent)

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("the steps stand there with their times, and the one of now in words", async () => {
  const { api } = await show()
  api.tell(progress("cloning", { usualMs: 20_000 }))
  await waitFor(() =>
    expect(steps()).toEqual([
      "Accept6 s",
      expect.stringMatching(/^Clone the repository\d+ sReceiving objects, 40 %.$/),
      "Start OpenCode",
      "Ready",
    ]),
  )
  expect(screen.getByText(/so far, usually 20 s\.$/)).toBeTruthy()
})

test("a browser that comes back, and a stream that broke off, find the progress as it is", async () => {
  const { api } = await show()
  api.tell(progress("queued"))
  await waitFor(() => expect(steps()).toHaveLength(4))
  api.cut()
  expect(await screen.findByText(/What is shown may be old\. The connection broke off\./)).toBeTruthy()
  expect(steps()).toHaveLength(4)
  api.tell(progress("starting", { sentence: "Starting OpenCode." }))
  await waitFor(() => expect(steps()[2]).toContain("Starting OpenCode."), { timeout: 5_000 })
  expect(screen.queryByText(/What is shown may be old/)).toBeNull()
})

test("who still waits is taken to the server when it is ready", async () => {
  const { api, onOpen } = await show()
  api.tell(progress("starting"))
  await waitFor(() => expect(steps()).toHaveLength(4))
  expect(onOpen).not.toHaveBeenCalled()
  api.change(id, { state: "ready" })
  api.tell(progress("ready", { state: "ready" }))
  await waitFor(() => expect(onOpen).toHaveBeenCalledTimes(1))
})

test("one that another tab wakes takes nobody to its server, one that is woken here does", async () => {
  const { api, onOpen } = await show({ state: "stopped" })
  const start = async () => {
    api.change(id, { state: "starting" })
    api.tell(progress("starting"))
    await waitFor(() => expect(steps()).toHaveLength(4))
    api.change(id, { state: "ready" })
    api.tell(progress("ready", { state: "ready" }))
    await screen.findByRole("button", { name: "Open" })
  }
  api.tell(progress("queued", { state: "stopped" }))
  await screen.findByRole("button", { name: "Wake" })
  await start()
  expect(onOpen).not.toHaveBeenCalled()
  api.change(id, { state: "stopped" })
  api.tell(progress("queued", { state: "stopped" }))
  fireEvent.click(await screen.findByRole("button", { name: "Wake" }))
  await start()
  expect(onOpen).toHaveBeenCalledTimes(1)
})

test("one that sleeps can be written to before it wakes", async () => {
  const { api, onOpen } = await show({ state: "stopped" })
  fireEvent.click(await screen.findByRole("button", { name: "Write a prompt" }))
  expect(onOpen).toHaveBeenCalled()
  expect(api.acts()).toEqual([])
})

test("a button that goes away by what it does leaves the keyboard on the page", async () => {
  const { api } = await show({ state: "ready" })
  api.tell(progress("ready", { state: "ready" }))
  const stop = await screen.findByRole("button", { name: "Stop sandbox" })
  stop.focus()
  fireEvent.click(stop)
  expect(document.activeElement?.tagName).toBe("MAIN")
})

test("what it is says its state and its template as the form says it", async () => {
  const { api } = await show({ state: "ready" })
  api.tell(progress("ready", { state: "ready" }))
  await waitFor(() => expect(document.querySelector("dl")?.textContent).toContain("TemplateSmall"))
  expect(screen.getByText("Running.")).toBeTruthy()
})

test("whoever looks at one that runs already is taken nowhere", async () => {
  const { api, onOpen } = await show({ state: "ready" })
  api.tell(progress("ready", { state: "ready" }))
  fireEvent.click(await screen.findByRole("button", { name: "Open" }))
  expect(onOpen).toHaveBeenCalledTimes(1)
  expect(document.querySelector("dl")?.textContent).toContain("https://git.test/team/shop")
})

test("a failure takes the place of its step's sentence, with what helps as buttons", async () => {
  const { api } = await show({ state: "failed", failure })
  api.tell(progress("cloning", { state: "failed", failure, sentence: failure.sentence }))
  await waitFor(() => expect(steps()[1]).toContain("The branch “nxt” does not exist. Check the branch."))
  const buttons = [...document.querySelectorAll(".failure-buttons > *")].map((button) => button.textContent)
  expect(buttons).toEqual([
    "Edit and spawn again",
    "Try again",
    "Copy message for the operator",
    "Delete sandbox",
    "Copy details",
  ])
})

test("trying again wakes it, and its steps go on from the start", async () => {
  const { api } = await show({ state: "failed", failure })
  api.tell(progress("cloning", { state: "failed", failure }))
  fireEvent.click(await screen.findByRole("button", { name: "Try again" }))
  await waitFor(() => expect(api.acts()).toEqual([`POST /${id}/wake`]))
  api.tell(progress("queued"))
  await waitFor(() => expect(document.querySelector("[data-is=failed]")).toBeNull())
})

test("a node that is lost is given up only by the button that says so", async () => {
  const lost: Failure = { ...failure, code: "node-lost", remedies: ["force"] }
  const { api } = await show({ state: "failed", failure: lost })
  api.tell(progress("starting", { state: "failed", failure: lost }))
  fireEvent.click(await screen.findByRole("button", { name: "Give up the old one and start anew" }))
  await waitFor(() => expect(api.acts()).toEqual([`POST /${id}/wake?force=1`]))
})

test("what may still pass by itself says so while it goes on, and can be made room for", async () => {
  const full: Failure = {
    ...failure,
    code: "capacity",
    sentence: "No node has room.",
    remedies: ["free", "wait"],
  }
  const { api } = await show({ failure: full })
  api.tell(progress("cloning", { failure: full }))
  expect(await screen.findByText("You can also wait: it goes on by itself as soon as it can.")).toBeTruthy()
  expect(screen.getByRole("link", { name: "Free something" }).getAttribute("href")).toBe("/sandboxes")
  expect(screen.getByText("No node has room.")).toBeTruthy()
})

test("a fresh start that is tried again is deleted by Cancel alone; one that was given up by its own button", async () => {
  const remedies: Failure["remedies"] = ["retry", "edit", "delete"]
  const { api } = await show({ isFresh: true })
  api.tell(progress("starting", { failure: { ...failure, step: "starting", remedies } }))
  expect(await screen.findByRole("button", { name: "Edit and spawn again" })).toBeTruthy()
  expect(screen.getByRole("button", { name: "Cancel" })).toBeTruthy()
  expect(screen.queryByRole("button", { name: "Delete sandbox" })).toBeNull()
  const over = { ...failure, step: "starting", remedies } as const
  api.tell(progress("starting", { state: "failed", failure: over }))
  expect(await screen.findByRole("button", { name: "Delete sandbox" })).toBeTruthy()
})

test("editing brings what was typed back into the form", async () => {
  const { api, where } = await show({ state: "failed", failure, branch: "nxt" })
  api.tell(progress("cloning", { state: "failed", failure }))
  fireEvent.click(await screen.findByRole("button", { name: "Edit and spawn again" }))
  await waitFor(() => expect(where()).toBe("/new"))
  expect(JSON.parse(sessionStorage.getItem("sandbar.spawn-draft./.v1") ?? "")).toMatchObject({
    template: "small",
    repository: "https://git.test/team/shop",
    branch: "nxt",
    name: "shop",
    replaces: { id },
  })
})

test("what the operator gets is copied with everything they need", async () => {
  const writeText = vi.fn(async () => undefined)
  vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } })
  const { api } = await show({ state: "failed", failure })
  api.tell(progress("cloning", { state: "failed", failure }))
  fireEvent.click(await screen.findByRole("button", { name: "Copy message for the operator" }))
  await waitFor(() => expect(writeText).toHaveBeenCalled())
  const text = String(writeText.mock.calls[0])
  for (const part of [failure.sentence, failure.details, id, "small", "cloning"]) expect(text).toContain(part)
  vi.unstubAllGlobals()
})

// Whichever browser began it: the proxy knows that nobody can have used it.
test("a fresh start is cancelled with all that it made, after a question", async () => {
  const { api, where } = await show({ isFresh: true })
  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }))
  fireEvent.click(await screen.findByRole("button", { name: "Cancel and remove" }))
  await waitFor(() => expect(where()).toBe("/new"))
  expect(api.asked.find(({ method }) => method === "DELETE")?.body).toEqual({ data: "delete" })
  const draft = JSON.parse(sessionStorage.getItem("sandbar.spawn-draft./.v1") ?? "")
  expect(draft).toMatchObject({ template: "small", repository: "https://git.test/team/shop" })
  expect("name" in draft, "the proposed name follows the other fields again").toBe(false)
})

test("a start that was ready before it could be cancelled stays, and the question says why", async () => {
  const sentence = "It has been ready, so there may be work in it."
  const { api } = await show({ isFresh: true }, ({ state }) => {
    state.instead = ({ method }) =>
      method === "DELETE" ? problem(400, "sandbox.malformed", sentence, "name") : undefined
  })
  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }))
  fireEvent.click(await screen.findByRole("button", { name: "Cancel and remove" }))
  expect(await screen.findByText(sentence)).toBeTruthy()
  expect(api.state.sandboxes).toHaveLength(1)
})

test("a start with somebody's data in it is stopped, never removed", async () => {
  const { api } = await show()
  fireEvent.click(await screen.findByRole("button", { name: "Stop starting" }))
  await waitFor(() => expect(api.acts()).toEqual([`POST /${id}/stop`]))
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull()
})

test("the log is read when it is unfolded, and hides no control characters", async () => {
  const { api } = await show({}, ({ state }) => {
    state.log = "Cloning\u202e into /work\nhalf a line"
  })
  expect(api.asked.some(({ path }) => path.includes("/logs"))).toBe(false)
  fireEvent.click(await screen.findByRole("button", { name: "Log" }))
  await waitFor(() =>
    expect(screen.getByRole("log").textContent).toBe("Cloning⟨U+202E⟩ into /work\nhalf a line"),
  )
})

test("a sandbox that is gone behind our back leaves the list before the list is due again", async () => {
  const { api, sandboxes } = await show({ state: "ready" })
  api.tell(progress("ready", { state: "ready" }))
  await screen.findByRole("button", { name: "Open" })
  await new Promise((resolve) => setTimeout(resolve, 30))
  api.remove(id)
  api.cut()
  await waitFor(() => expect(sandboxes.find(id)).toBeUndefined(), { timeout: 5_000 })
})
