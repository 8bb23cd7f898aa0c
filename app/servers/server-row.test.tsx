import { MemoryRouter, Route } from "@solidjs/router"
import { cleanup, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { ProbeTarget } from "./probe.ts"
import { ServerButton } from "./server-button.tsx"
import { ServersProvider, useServers } from "./server-context.tsx"
import type { ServerHealth } from "./server-health.ts"
import { ServerRow } from "./server-row.tsx"

const at = (more: { running?: number; waiting?: number } = {}): ServerHealth => ({
  kind: "healthy",
  version: "1.18.33",
  latencyMs: 12,
  ...more,
})

/** The header's button on Alpha, and the rows of the picker, over servers in these states. */
async function show(health: Record<string, ServerHealth>) {
  const own = Object.keys(health).map((name) => ({ name, url: `http://${name.toLowerCase()}:1` }))
  localStorage.setItem("sandbar.servers.v1", JSON.stringify({ own, hidden: [], credentials: {} }))
  const [all, setAll] = createSignal(health)
  const probe = async ({ url }: ProbeTarget) => {
    const name = own.find((server) => server.url === url)?.name ?? ""
    return all()[name] ?? at()
  }
  const none = () => undefined
  const Rows = () => {
    const servers = useServers()
    return (
      <>
        <ServerButton />
        <ul>
          {servers.list().map((server) => (
            <ServerRow
              server={server}
              onPick={none}
              onEdit={none}
              onSignOut={none}
              onRemove={none}
              onHide={none}
            />
          ))}
        </ul>
        <button type="button" onClick={() => servers.probeNow()}>
          Look
        </button>
      </>
    )
  }
  render(() => (
    <MemoryRouter
      root={() => (
        <ServersProvider options={{ provided: [], activeId: () => "alpha:1", probe }}>
          <Rows />
        </ServersProvider>
      )}
    >
      <Route path="*" component={() => null} />
    </MemoryRouter>
  ))
  await settle()
  const become = async (next: Record<string, ServerHealth>) => {
    setAll(next)
    screen.getByText("Look").click()
    await settle()
  }
  return { become }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
const rows = () => screen.getAllByRole("listitem").map((row) => row.textContent ?? "")
const button = () => screen.getByRole("button", { name: /^Healthy ?Alpha/ })

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(async () => {
  cleanup()
  await settle()
})

test("a row says what waits and what runs, in words, what waits first", async () => {
  await show({
    Alpha: at({ running: 2, waiting: 1 }),
    Beta: at({ waiting: 3 }),
    Gamma: at({ running: 0, waiting: 0 }),
  })
  const [alpha, beta, gamma] = rows()
  expect(alpha).toContain("1.18.331 waits for you2 running")
  expect(beta).toContain("3 wait for you")
  expect(beta).not.toContain("running")
  expect(gamma).not.toMatch(/wait|running/)
})

test("the latency is the latest one, and not that of the first look, which also woke the server", async () => {
  const { become } = await show({ Alpha: at() })
  expect(rows()[0]).toContain("1.18.33")
  expect(rows()[0]).not.toContain(" ms")
  const look = async (latencyMs: number) =>
    become({ Alpha: { kind: "healthy", version: "1.18.33", latencyMs } })
  await look(7)
  expect(rows()[0]).toContain("7 ms")
  await look(9)
  expect(rows()[0]).toContain("9 ms")
  await become({ Alpha: { kind: "failed", reason: "It is down." } })
  await look(800)
  expect(rows()[0]).not.toContain(" ms")
})

test("a server that went down shows neither old numbers nor an old version", async () => {
  const { become } = await show({ Alpha: at({ running: 2, waiting: 1 }) })
  await become({ Alpha: { kind: "failed", reason: "Nothing listens on port 1." } })
  expect(rows()[0]).not.toMatch(/wait|running|1\.18/)
  expect(rows()[0]).toContain("Nothing listens on port 1.")
})

test("a name may break after a dot, but not before it begins", async () => {
  await show({ "box.example": at() })
  const name = document.querySelector("li .row-name")
  expect(name?.innerHTML).toBe("box.<wbr>example")
})

test("a stopped server says so, and asks for no password", async () => {
  await show({ Alpha: { kind: "stopped", reason: "It is stopped." } })
  expect(screen.getAllByRole("img", { name: "Asleep" }).length).toBeGreaterThan(0)
  expect(rows()[0]).toContain("It is stopped.")
  expect(screen.queryByText("Enter password")).toBeNull()
})

test("the header says when another server waits for the person, and which one, also to a screen reader", async () => {
  const { become } = await show({ Alpha: at({ waiting: 5 }), Beta: at({ waiting: 1 }) })
  expect(screen.getByRole("button", { name: /Alpha.*, 1 waits for you on Beta$/ })).toBe(button())
  await become({ Alpha: at({ waiting: 5 }), Beta: at() })
  // What waits on this server stands on this page already.
  expect(button().textContent).not.toContain("wait")
})

test("several servers that wait are counted together", async () => {
  await show({ Alpha: at(), Beta: at({ waiting: 1 }), Gamma: at({ waiting: 2 }) })
  expect(button().textContent).toContain("3 wait for you on 2 other servers")
})
