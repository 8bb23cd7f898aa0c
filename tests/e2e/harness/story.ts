// One visit of one person: ends with nothing in the console, no violation and no foreign request; a failure leaves
// a screenshot and what was on the screen.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { BrowserContextOptions, Page } from "playwright-core"
import { expect } from "vitest"
import type { Visit } from "./browser.ts"
import { root } from "./sandbar.ts"
import type { Stage } from "./stage.ts"

export interface StoryOptions {
  readonly path?: string
  readonly context?: BrowserContextOptions
}

export async function story(
  stage: Pick<Stage, "visit">,
  tell: (page: Page, visit: Visit) => Promise<void>,
  options: StoryOptions = {},
): Promise<void> {
  const visit = await stage.visit(options.path, options.context)
  try {
    await tell(visit.page, visit)
    expect(visit.watch.faults()).toEqual([])
  } catch (error) {
    await keepEvidence(visit, error)
    throw error
  } finally {
    await visit.close()
  }
}

async function keepEvidence({ page, watch }: Visit, error: unknown): Promise<void> {
  const directory = join(root, "test-results")
  mkdirSync(directory, { recursive: true })
  const name = (expect.getState().currentTestName ?? "story").replace(/[^\w]+/g, "-").slice(0, 100)
  const seen = await page
    .locator("body")
    .ariaSnapshot({ timeout: 2_000 })
    .catch((reason: unknown) => `the page does not answer: ${reason}`)
  const report = [String(error), page.url(), ...watch.faults(), seen]
  writeFileSync(join(directory, `${name}.txt`), report.join("\n\n"))
  writeFileSync(join(directory, `${name}.png`), await page.screenshot({ timeout: 5_000 }))
}
