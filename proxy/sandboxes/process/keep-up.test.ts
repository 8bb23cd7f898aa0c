import { expect, test } from "vitest"
import { makeProcessWorld } from "../../../tests/fakes/process-world.ts"

/** Rejects as a connection does that somebody takes and nobody answers. */
function unanswered(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
}

test("a connection that is never answered is given up soon, however many were refused before it", async () => {
  let asked = 0
  let waitedMs = 0
  const slow = async (...[input, init]: Parameters<typeof fetch>) => {
    asked++
    if (asked <= 10) throw new TypeError("Connection refused")
    if (asked > 11) return fetch(input, init)
    const began = performance.now()
    return unanswered(init?.signal).finally(() => {
      waitedMs = performance.now() - began
    })
  }
  const world = await makeProcessWorld({ fetch: slow as typeof fetch })
  try {
    await world.ready()
    expect(asked).toBeGreaterThan(11)
    // A fifth of a second; on a busy machine its timer is late.
    expect(waitedMs).toBeLessThan(1_000)
  } finally {
    await world.end()
  }
})
