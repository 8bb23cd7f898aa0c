// The timeline stands at its end while it changes, until the person scrolls up, by whatever means.
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

const small = { context: { viewport: { width: 900, height: 420 } } }

const fill = async (page: Page) => {
  await untilLive(page)
  await prompt(page, "markdown that fills the timeline")
  await answer(page).getByText("More in").waitFor({ timeout: 30_000 })
  await untilIdle(page)
}

/** Takes everything out of the conversation, has the browser notice, and puts it back; then until that was drawn. */
const redraw = (page: Page, pause: "none" | "task") =>
  page.locator(".timeline-content").evaluate(async (content, how) => {
    const nodes = [...content.childNodes]
    content.replaceChildren()
    content.getBoundingClientRect()
    if (how === "task") await Promise.resolve()
    content.append(...nodes)
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  }, pause)

const toEnd = (page: Page) =>
  page
    .locator(".timeline-scroller")
    .evaluate((scroller) => scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop)

test("a conversation that is drawn anew stays at its end", async () => {
  await story(
    stage,
    async (page) => {
      await fill(page)
      expect(await toEnd(page)).toBeLessThan(2)
      for (const pause of ["none", "task"] as const) {
        await redraw(page, pause)
        expect(await toEnd(page)).toBeLessThan(2)
        expect(await page.getByRole("button", { name: "Jump to latest" }).count()).toBe(0)
      }
    },
    small,
  )
})

test("who scrolls up is left there: with the wheel, with a key, and with what the page is not told of", async () => {
  await story(
    stage,
    async (page) => {
      await fill(page)
      const scroller = page.locator(".timeline-scroller")
      const jump = page.getByRole("button", { name: "Jump to latest" })
      const leave = {
        wheel: async () => {
          await scroller.hover()
          await page.mouse.wheel(0, -120)
        },
        key: () => scroller.press("PageUp"),
        search: () => scroller.evaluate((element) => element.scrollBy(0, -120)),
      }
      for (const scrollUp of Object.values(leave)) {
        await scrollUp()
        await jump.waitFor()
        const away = await toEnd(page)
        expect(away).toBeGreaterThan(32)
        await redraw(page, "none")
        expect(await jump.count()).toBe(1)
        await jump.click()
        await expect.poll(() => toEnd(page)).toBeLessThan(2)
      }
    },
    small,
  )
})
