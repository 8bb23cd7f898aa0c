// Parts of the page are fetched when they are first needed, and the connection may break just then. A browser does not
// try again before the page is loaded anew.
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

const part = (name: RegExp) => (url: URL) => url.pathname.includes("/assets/") && name.test(url.pathname)

/** From here on no part by such a name arrives. `asked`: which were asked for. */
async function cut(page: Page, name: RegExp) {
  const asked: string[] = []
  const isCut = part(name)
  await page.route(isCut, (route) => {
    asked.push(route.request().url())
    return route.abort("connectionreset")
  })
  return { asked, mend: () => page.unroute(isCut) }
}

test.each([
  ["the highlighter", /\/highlight-/],
  ["its language", /\/typescript-/],
])("an answer is there without its colours when %s does not arrive", async (_, name) => {
  await story(stage, async (page, { watch }) => {
    watch.expect(/Failed to load resource/)
    await untilLive(page)
    const { asked } = await cut(page, name)
    await prompt(page, "markdown without colours")
    await answer(page).getByText("one token ahead").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(0)
    await answer(page).getByRole("button", { name: "Copy code" }).waitFor()
    expect(await answer(page).locator("pre span").count()).toBe(0)
  })
})

test("answers that cannot be formatted are plain text, and a reload that is offered formats them", async () => {
  await story(stage, async (page, { watch }) => {
    watch.expect(/Failed to load resource/)
    await untilLive(page)
    const { mend } = await cut(page, /\/markdown-view-/)
    await prompt(page, "markdown as it was written")
    await answer(page).getByText("**one token ahead**").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await mend()
    await page.getByRole("button", { name: "Reload" }).click()
    await answer(page).locator("strong", { hasText: "one token ahead" }).waitFor({ timeout: 30_000 })
  })
})

test.each([
  ["its code", /\/session-screen-[^/]+\.js$/],
  ["its styles", /\/session-screen-[^/]+\.css$/],
])(
  "a screen of which %s does not arrive says so and offers a reload, instead of an empty page",
  async (_, name) => {
    await story(stage, async (page, { watch }) => {
      watch.expect(/Failed to load resource/)
      await untilLive(page)
      const { mend } = await cut(page, name)
      await prompt(page, "Tell me what this is")
      await page
        .getByRole("alert")
        .getByText("A part of this page did not arrive")
        .waitFor({ timeout: 30_000 })
      await mend()
      await page.getByRole("button", { name: "Reload" }).click()
      await answer(page).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
    })
  },
)

test("what is typed after New session was pressed never goes into the session before, however long it takes", async () => {
  await story(stage, async (first, { context }) => {
    await untilLive(first)
    await prompt(first, "Tell me what this is")
    await answer(first).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
    await untilIdle(first)
    const old = first.url()

    const page = await context.newPage()
    let arrive: () => void = () => undefined
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route(part(/\/server-home-.*js$/), async (route) => {
      await late
      await route.continue()
    })
    await page.goto(old)
    await untilLive(page)
    await promptBox(page).fill("half a thought")
    const box = await promptBox(page).boundingBox()
    await page.getByRole("link", { name: "New session" }).click()
    // Nothing seems to happen, and whoever wants to write presses where a prompt can still be seen.
    await page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 10)
    await page.keyboard.type("something new")
    expect(await promptBox(page).inputValue()).toBe("half a thought")
    arrive()
    await page.getByRole("heading", { name: "What should the agent do?" }).waitFor()
    await page.keyboard.type("something else")
    expect(await promptBox(page).inputValue()).toContain("something else")
    await page.goto(old)
    await untilLive(page)
    expect(await promptBox(page).inputValue()).toBe("half a thought")
  })
})
