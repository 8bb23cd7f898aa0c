// What holds on every screen, in both schemes and on a phone: no accessibility violation, nothing clipped, and
// nothing that an agent writes can run.
import axe from "axe-core"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, openPicker, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

const phone = { width: 390, height: 844 }
const desk = { width: 1440, height: 900 }
const looks = [
  { name: "light on a desk", colorScheme: "light", viewport: desk },
  { name: "dark on a desk", colorScheme: "dark", viewport: desk },
  { name: "light on a phone", colorScheme: "light", viewport: phone },
  { name: "dark on a phone", colorScheme: "dark", viewport: phone },
] as const

describe.each(looks)("$name", ({ colorScheme, viewport }) => {
  const context = { colorScheme, viewport }

  test("home, a turn, an ask and the picker pass axe and fit the window", async () => {
    await story(
      stage,
      async (page) => {
        await untilLive(page)
        await sound(page, "home")
        await prompt(page, "markdown")
        await answer(page).getByText("one token ahead").waitFor({ timeout: 30_000 })
        await untilIdle(page)
        await sound(page, "a turn")
        await prompt(page, "edit")
        await page.getByRole("button", { name: "Once" }).waitFor({ timeout: 30_000 })
        await sound(page, "an ask")
        await page.getByRole("button", { name: "Reject" }).click()
        await page.getByRole("button", { name: "Reject and stop" }).click()
        await promptBox(page).waitFor()
        if (viewport === phone) {
          await page.getByRole("banner").getByRole("button", { name: "Sessions" }).click()
          await page.getByRole("dialog", { name: "Sessions" }).waitFor()
          await sound(page, "the drawer")
          await page.keyboard.press("Escape")
        }
        const picker = await openPicker(page)
        await sound(page, "the picker")
        await picker.getByRole("button", { name: "Add server" }).click()
        await page.getByRole("textbox", { name: "Address" }).waitFor()
        await sound(page, "adding a server")
      },
      { context },
    )
  })

  test("an address that leads nowhere says so", async () => {
    await story(stage, async (page) => sound(page, "not found"), { path: "s/local/nowhere", context })
  })
})

test("what an agent writes is inert: no script runs, no picture is fetched, no link leads into a script", async () => {
  await story(stage, async (page, { watch }) => {
    await untilLive(page)
    await prompt(page, "be hostile")
    await answer(page).getByText("End of the attack.").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    expect(await page.evaluate(() => "pwned" in window)).toBe(false)
    const links = await answer(page)
      .locator("a")
      .evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).protocol))
    expect(links.filter((protocol) => !/^(?:https?|mailto):$/.test(protocol))).toEqual([])
    expect(
      await answer(page).locator("script, iframe, object, embed, form, style, img[src^=http]").count(),
    ).toBe(0)
    expect(watch.faults()).toEqual([])
  })
})

async function sound(page: Page, screen: string): Promise<void> {
  // Half faded in, everything has too little contrast.
  await page.evaluate(async () => {
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(finite.map(({ finished }) => finished))
  })
  // The content security policy forbids injected script elements; an evaluation is not one.
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    const checker = (window as unknown as { axe: typeof axe }).axe
    const found = await checker.run(document, { runOnly: { type: "tag", values: tags } })
    return found.violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" | ")}`,
    )
  })
  expect(violations, `axe on ${screen}`).toEqual([])
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  expect(content, `${screen} is not wider than the window`).toBeLessThanOrEqual(window ?? 0)
}
