import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Connection } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { ServersProvider } from "../servers/server-context.tsx"
import type { ServerHealth } from "../servers/server-health.ts"
import { Remedies } from "./remedies.tsx"
import { ShutServer } from "./shut-server.tsx"

const server = { id: "a:1", name: "Alpha", url: "http://a:1", provided: false }
const reload = vi.fn()

async function show(health: ServerHealth, provided = false) {
  const link = { state: () => "refused", reason: () => "The link's words.", retryNow: vi.fn() }
  const own = provided ? [] : [{ name: "Alpha", url: server.url }]
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  const connection = { server: { ...server, provided }, link } as unknown as Connection
  const options = {
    provided: provided ? [{ name: "Alpha", url: server.url }] : [],
    activeId: () => server.id,
    probe: async () => health,
  }
  render(() => (
    <ServersProvider options={options}>
      <ConnectionProvider value={connection}>
        <ShutServer onEdit={() => undefined} />
        <div data-testid="small">
          <Remedies size="small" onEdit={() => undefined} reload={reload} />
        </div>
      </ConnectionProvider>
    </ServersProvider>
  ))
  await new Promise((resolve) => setTimeout(resolve, 5))
}
const title = () => screen.getByRole("heading").textContent
const text = () => document.querySelector(".empty-text")?.textContent
const buttons = () => [...document.querySelectorAll(".shut-server button")].map((one) => one.textContent)

beforeEach(() => localStorage.clear())
afterEach(cleanup)

test.each([
  [
    { kind: "wrong-password", reason: "Wrong." },
    "“Alpha” refuses this password",
    "Wrong.",
    ["Enter password"],
  ],
  [{ kind: "stopped", reason: "It is stopped." }, "“Alpha” is asleep", "It is stopped.", ["Retry now"]],
  [
    { kind: "forbidden", reason: "An administrator sets SANDBAR_ALLOWED_TARGETS." },
    "“Alpha” is not allowed here",
    "An administrator sets SANDBAR_ALLOWED_TARGETS.",
    ["Edit server", "Retry now"],
  ],
  [
    { kind: "foreign", reason: "This is not an OpenCode server." },
    "“Alpha” cannot be opened",
    "This is not an OpenCode server.",
    ["Edit server", "Retry now"],
  ],
  [{ kind: "signed-out", reason: "Sign in." }, "You are signed out", "Sign in.", ["Reload page"]],
] as const)(
  "%j: the sentence of the probe, and what can be done",
  async (health, heading, sentence, actions) => {
    await show(health)
    expect(title()).toBe(heading)
    expect(text()).toBe(sentence)
    expect(buttons()).toEqual(actions)
  },
)

test("the link's own reason stands where the probe has nothing to say", async () => {
  await show({ kind: "healthy", version: "1", latencyMs: 1 })
  expect(text()).toBe("The link's words.")
})

test("a server that the installation provides cannot be edited, only tried again", async () => {
  await show({ kind: "forbidden", reason: "No." }, true)
  expect(buttons()).toEqual(["Retry now"])
})

test("who is signed out of the gateway gets the page loaded anew: it asks for a sign-in only then", async () => {
  await show({ kind: "signed-out", reason: "Sign in." })
  fireEvent.click(screen.getByTestId("small").querySelector("button") as HTMLButtonElement)
  expect(reload).toHaveBeenCalledOnce()
})
