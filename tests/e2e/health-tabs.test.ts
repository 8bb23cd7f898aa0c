// Real tabs, real Web Locks: the health of a server is asked once for all of them.
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000))

test("three tabs on one server cost one probe a round; when the one that asks is closed, another goes on", async () => {
  await story(stage, async (first, { context }) => {
    const probes: Page[] = []
    const count = (page: Page) =>
      page.on("request", (request) => {
        if (request.url().endsWith("/api/probe")) probes.push(page)
      })
    await untilLive(first)
    const others: Page[] = []
    for (let tab = 0; tab < 2; tab++) {
      const page = await context.newPage()
      count(page)
      others.push(page)
      await page.goto(stage.url)
      await untilLive(page)
      await page.getByRole("img", { name: "Healthy" }).first().waitFor()
    }
    // Coming later they know what the first one knows.
    expect(probes.length).toBeLessThanOrEqual(1)
    count(first)
    probes.length = 0
    await seconds(21)
    expect(probes.length).toBeGreaterThanOrEqual(1)
    expect(probes.length).toBeLessThanOrEqual(3)
    expect(new Set(probes).size).toBe(1)

    const leader = probes[0] as Page
    const left = [first, ...others].filter((page) => page !== leader)
    await leader.close()
    probes.length = 0
    await seconds(13)
    expect(new Set(probes).size).toBe(1)
    expect(left).toContain(probes[0])
    for (const page of left) {
      const dialog = await openPicker(page)
      await dialog.getByText(/^\d+ ms$/).waitFor()
    }
  })
})
