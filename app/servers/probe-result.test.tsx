import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createTypedProbe } from "./create-typed-probe.ts"
import { ProbeResult } from "./probe-result.tsx"
import type { ServerHealth } from "./server-health.ts"

const steps = [
  { step: "policy", ok: true, ms: 0.2 },
  { step: "dns", ok: true, ms: 2.4 },
  { step: "connect", ok: false, ms: 31 },
]
const stepTexts = () => screen.queryAllByRole("listitem").map((item) => item.textContent)

afterEach(cleanup)

test("the steps stand below the sentence, with their times, and the one that failed says so", () => {
  render(() => <ProbeResult health={{ kind: "failed", reason: "Nothing listens on port 1.", steps }} />)
  expect(screen.getByRole("status").textContent).toContain(
    "Nothing listens on port 1. You can save it anyway.",
  )
  expect(stepTexts()).toEqual(["allowed", "name 2 ms", "connect failed"])
})

test("of a server that is well, only what takes time is worth a word", () => {
  const well = steps.map((step) => ({ ...step, ok: true }))
  render(() => <ProbeResult health={{ kind: "healthy", version: "1", latencyMs: 40, steps: well }} />)
  expect(stepTexts()).toEqual(["name 2 ms", "connect 31 ms"])
})

test("nothing is tested again before it was tested, or while it is", () => {
  const [health, setHealth] = createSignal<ServerHealth>()
  const again = vi.fn()
  render(() => <ProbeResult health={health()} onAgain={again} />)
  expect(screen.queryByText("Test again")).toBeNull()
  setHealth({ kind: "checking" })
  expect(screen.queryByText("Test again")).toBeNull()
  setHealth({ kind: "healthy", version: "1.18.33", latencyMs: 12 })
  fireEvent.click(screen.getByText("Test again"))
  expect(again).toHaveBeenCalledOnce()
})

test.each(["needs-password", "wrong-password", "signed-out"] as const)(
  "%s is not a reason to save it anyway",
  (kind) => {
    render(() => <ProbeResult health={{ kind, reason: "Do this." }} />)
    expect(screen.getByRole("status").textContent).toBe("Do this.")
  },
)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("testing again asks once more for the same target, and ends a test that is under way", async () => {
  const signals: (AbortSignal | undefined)[] = []
  const answers: ((health: ServerHealth) => void)[] = []
  const target = { url: "http://a:1" }
  await createRoot(async (dispose) => {
    const health = createTypedProbe(
      () => target,
      (_, options) => {
        signals.push(options?.signal)
        return new Promise((resolve) => answers.push(resolve))
      },
    )
    await vi.advanceTimersByTimeAsync(400)
    health.again()
    expect(signals.map((signal) => signal?.aborted)).toEqual([true])
    await vi.advanceTimersByTimeAsync(400)
    answers[0]?.({ kind: "needs-password" })
    answers[1]?.({ kind: "wrong-password" })
    await vi.advanceTimersByTimeAsync(0)
    expect(health()).toEqual({ kind: "wrong-password" })
    dispose()
  })
})
