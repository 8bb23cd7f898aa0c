import { cleanup } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { SandboxState } from "../../shared/sandboxes.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { aSandbox, makeSandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { createSandboxWake } from "./create-sandbox-wake.ts"

const id = "sb-aaaaaaaaaaaa"
const server = { id, name: "shop", url: `http://${id}.sandbox`, provided: true }

async function open(first: SandboxState, link: LinkState = "refused", waiting: string[] = []) {
  const api = makeSandboxApi({ sandboxes: [aSandbox({ state: first })] })
  const [state, setLink] = createSignal<LinkState>(link)
  const retryNow = vi.fn()
  const chat = makeFakeChat()
  for (const text of waiting) chat.outbox.send(undefined, { text })
  const connection = { server, link: { state, reason: () => undefined, retryNow, follow: () => undefined } }
  const Beside = () => {
    createSandboxWake()
    return null
  }
  const { sandboxes } = renderWithSandboxes(api, () => (
    <ConnectionProvider value={connection as unknown as Connection}>
      <ChatContextProvider value={chat}>
        <Beside />
      </ChatContextProvider>
    </ConnectionProvider>
  ))
  await pass(50)
  const become = async (next: SandboxState) => {
    api.change(id, { state: next })
    sandboxes.refresh()
    await pass(50)
  }
  return { api, retryNow, setLink, chat, become }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  sessionStorage.clear()
  localStorage.clear()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test("a prompt that is sent to a sandbox that sleeps wakes it, once", async () => {
  const { api, chat } = await open("stopped")
  chat.outbox.send(undefined, { text: "go on" })
  await pass(3_000)
  expect(api.acts()).toEqual([`POST /${id}/wake`])
})

test("one that falls asleep under a prompt that was just sent is woken again", async () => {
  const { api, chat, become } = await open("ready", "live")
  chat.outbox.send(undefined, { text: "go on" })
  await pass(50)
  expect(api.acts()).toEqual([])
  await become("stopped")
  expect(api.acts()).toEqual([`POST /${id}/wake`])
})

test("who stops it while a prompt waits has the last word", async () => {
  const { api, chat, become } = await open("stopped")
  chat.outbox.send(undefined, { text: "go on" })
  await pass(50)
  await become("stopped")
  await pass(30_000)
  expect(api.acts()).toHaveLength(1)
})

test("opening the page wakes nothing, not for a prompt either that waits since before", async () => {
  const { api } = await open("stopped", "refused", ["from yesterday"])
  await pass(30_000)
  expect(api.acts()).toEqual([])
})

test("the link that was refused tries again as soon as the sandbox starts", async () => {
  const { retryNow, become } = await open("stopped")
  expect(retryNow).not.toHaveBeenCalled()
  await become("starting")
  expect(retryNow).toHaveBeenCalledTimes(1)
})

test("a link that stands is left alone", async () => {
  const { retryNow, become } = await open("starting", "live")
  await become("ready")
  expect(retryNow).not.toHaveBeenCalled()
})
