import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider } from "../servers/server-context.tsx"
import type { ServerHealth } from "../servers/server-health.ts"
import { createShownLink } from "./create-shown-link.ts"
import { LinkStatus } from "./link-status.tsx"
import { LinkStrip } from "./link-strip.tsx"

const healthy: ServerHealth = { kind: "healthy", version: "1", latencyMs: 1 }
const server = { id: "a:1", name: "a:1", url: "http://a:1", provided: false }

function show(first: LinkState, health: ServerHealth = healthy) {
  const [state, setState] = createSignal<LinkState>(first)
  const [reason, setReason] = createSignal<string>()
  const retryNow = vi.fn()
  const onEdit = vi.fn()
  const probe = vi.fn(async () => health)
  const connection = { server, link: { state, reason, retryNow, follow: () => undefined } }
  const Both = () => {
    const shown = createShownLink(connection.link)
    return (
      <>
        <LinkStatus shown={shown()} />
        <LinkStrip shown={shown()} onEdit={onEdit} />
      </>
    )
  }
  const own = [{ name: "Alpha", url: server.url }]
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  render(() => (
    <MemoryRouter
      root={() => (
        <ServersProvider options={{ provided: [], activeId: () => server.id, probe }}>
          <ConnectionProvider value={connection as unknown as Connection}>
            <Both />
          </ConnectionProvider>
        </ServersProvider>
      )}
    >
      <Route path="*" component={() => null} />
    </MemoryRouter>
  ))
  return { setState, setReason, retryNow, onEdit, probe }
}
const words = () => document.body.textContent ?? ""
const strip = () => screen.getByRole("status").textContent
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  localStorage.clear()
  vi.useRealTimers()
})

test("a live link is one word, at once", () => {
  show("live")
  expect(words()).toBe("live")
})

test("short trouble is not worth a word", async () => {
  const { setState } = show("live")
  setState("retrying")
  await pass(1_900)
  setState("live")
  await pass(5_000)
  expect(words()).toBe("live")
})

test("trouble that lasts 2 s is said with its reason; retrying asks for the server's health too", async () => {
  const { setState, setReason, retryNow, probe } = show("live")
  setReason("The server closed the connection.")
  setState("retrying")
  await pass(2_000)
  expect(strip()).toContain("The server closed the connection.")
  const asked = probe.mock.calls.length
  fireEvent.click(screen.getByText("Retry now"))
  expect(retryNow).toHaveBeenCalledOnce()
  expect(probe.mock.calls.length).toBe(asked + 1)
})

test("switching between kinds of trouble does not start the patience again", async () => {
  const { setState } = show("live")
  setState("retrying")
  await pass(1_000)
  setState("connecting")
  await pass(1_000)
  expect(strip()).toContain("Connecting")
})

test("being live again clears the words at once", async () => {
  const { setState } = show("offline")
  await pass(2_000)
  expect(screen.getByText("offline")).toBeTruthy()
  setState("live")
  expect(words()).toBe("live")
})

test("after a recovery, short trouble is again not worth a word", async () => {
  const { setState } = show("retrying")
  await pass(2_000)
  setState("live")
  setState("retrying")
  await pass(1_900)
  expect(words()).toBe("live")
})

test("a password that stopped working is asked for, not retried", async () => {
  const { setState, setReason, onEdit } = show("live", { kind: "wrong-password" })
  setReason("The server refuses the user name or the password. Edit the server to correct them.")
  setState("refused")
  await pass(2_000)
  expect(strip()).toBe("The server refused the user name or the password. Check both.Enter password")
  fireEvent.click(screen.getByText("Enter password"))
  expect(onEdit).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ field: "password", server: expect.objectContaining({ name: "Alpha" }) }),
  )
})

test("a server that refuses for another reason can be edited", async () => {
  const { setState, setReason, onEdit } = show("live", { kind: "forbidden", reason: "Not allowed." })
  setReason("The link has other words for it.")
  setState("refused")
  await pass(2_000)
  expect(strip()).toContain("Not allowed.")
  fireEvent.click(screen.getByText("Edit server"))
  expect(onEdit).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ field: "address" }))
  expect(screen.getByText("Retry now")).toBeTruthy()
})
