// The short version of `npm run test:faults`: fifty cuts, with a restart of each program and a night's sleep among them.
import { expect, test } from "vitest"
import { lookUntilShown } from "../faults/look-until.ts"
import { runFaults } from "../faults/run-faults.ts"
import { openBrowser } from "./harness/browser.ts"

const minutes = 60_000

test(
  "after fifty cuts every page equals a fresh load, and no prompt is lost or sent twice",
  async () => {
    const { cuts, prompts, violations } = await runFaults({
      seed: 50,
      cuts: 50,
      lanes: 1,
      watchers: 6,
      say: () => undefined,
      atMostMs: 8 * minutes,
    })
    expect(violations).toEqual([])
    expect(cuts.length).toBeGreaterThanOrEqual(50)
    expect(prompts.sent).toBeGreaterThan(5)
  },
  10 * minutes,
)

test("a page is waited for until it shows what it should, and what it lacks is seen", async () => {
  const browser = await openBrowser()
  try {
    const { page } = await browser.visit("about:blank")
    await page.setContent(`
      <div role="img" aria-label="Link live"></div>
      <div class="frame-title">One</div><div class="frame-main"></div><div class="frame-sidebar"></div>`)
    const shown = ["frame-title: Two"]
    expect((await lookUntilShown(page, shown, 300)).lines).toEqual(["frame-title: One"])

    await page.evaluate(() => {
      setTimeout(() => document.querySelector(".frame-title")?.replaceChildren("Two"), 300)
    })
    expect((await lookUntilShown(page, shown, minutes)).lines).toEqual(shown)
    // Right in every word, and cut off all the same.
    await page.evaluate(() => document.querySelector("[role=img]")?.remove())
    expect((await lookUntilShown(page, shown, 300)).live).toBe(false)
  } finally {
    await browser.close()
  }
})
