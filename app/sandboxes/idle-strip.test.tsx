import { cleanup, fireEvent, screen, waitFor } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import { aSandbox, at, makeSandboxApi, startMs } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { IdleStrip, idleWarning } from "./idle-strip.tsx"

afterEach(cleanup)

const minutes = (count: number) => at(count * 60_000)

test("the warning comes five minutes before it sleeps, not earlier, and not while it is kept awake", () => {
  const warn = (more: Parameters<typeof aSandbox>[0]) =>
    idleWarning(aSandbox({ lastActivityAt: minutes(-30), ...more }), startMs)?.sentence
  expect(warn({ idleAt: minutes(6) })).toBeUndefined()
  expect(warn({ idleAt: minutes(5) })).toBe("Sleeps in 5 min.")
  expect(warn({ idleAt: minutes(2), keepAwakeUntil: minutes(60) })).toBeUndefined()
  expect(warn({ idleAt: minutes(2), keepAwakeUntil: minutes(4) })).toBe("Sleeps in 4 min.")
  expect(warn({ idleAt: null })).toBeUndefined()
  expect(warn({ idleAt: minutes(2), state: "stopped" })).toBeUndefined()
})

test("one that may be idle for a few minutes only is not warned of from its start on", () => {
  const brief = (idleAt: number) =>
    idleWarning(aSandbox({ lastActivityAt: at(idleAt - 60_000), idleAt: at(idleAt) }), startMs)?.sentence
  expect(brief(60_000)).toBeUndefined()
  expect(brief(31_000)).toBeUndefined()
  expect(brief(29_000)).toBe("Sleeps in 1 min.")
})

test("past its time something in it still works: no minute is promised", () => {
  const late = aSandbox({ lastActivityAt: minutes(-40), idleAt: minutes(-10) })
  expect(idleWarning(late, startMs)?.sentence).toBe("Sleeps as soon as nothing works in it.")
})

test("the end of its longest life is said too, and nothing that would not help is offered", () => {
  const warning = idleWarning(aSandbox({ idleAt: minutes(3), endsAt: minutes(8) }), startMs)
  expect(warning?.sentence).toContain("Stops in 8 min")
  expect(warning?.canKeep).toBe(false)
})

test("one press keeps it awake, and the strip is gone with the next answer", async () => {
  const soon = new Date(Date.now() + 240_000).toISOString()
  const api = makeSandboxApi({ sandboxes: [aSandbox({ idleAt: soon })] })
  api.state.instead = ({ method, body }) => {
    if (method !== "PATCH") return undefined
    const { keepAwakeSeconds } = body as { keepAwakeSeconds: number }
    const until = new Date(Date.now() + keepAwakeSeconds * 1_000).toISOString()
    api.change("sb-aaaaaaaaaaaa", { keepAwakeUntil: until })
    return Response.json({})
  }
  renderWithSandboxes(api, () => <IdleStrip id="sb-aaaaaaaaaaaa" />)
  await screen.findByText("Sleeps in 4 min.")
  fireEvent.click(screen.getByRole("button", { name: "Keep awake for 1 h" }))
  await waitFor(() => expect(screen.queryByText(/Sleeps in/)).toBeNull())
})
