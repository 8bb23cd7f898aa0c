// The short version of `npm run test:faults`: fifty cuts, with a restart of each program and a night's sleep among them.
import { expect, test } from "vitest"
import { runFaults } from "../faults/run-faults.ts"

const minutes = 60_000

test(
  "after fifty cuts every page equals a fresh load, and no prompt is lost or sent twice",
  async () => {
    const { cuts, prompts, violations } = await runFaults({
      seed: 50,
      cuts: 50,
      lanes: 1,
      patient: true,
      say: () => undefined,
      atMostMs: 8 * minutes,
    })
    expect(violations).toEqual([])
    expect(cuts.length).toBeGreaterThanOrEqual(50)
    expect(prompts.sent).toBeGreaterThan(5)
  },
  10 * minutes,
)
