import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

test("a draft survives a reload, and every session has its own", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "think about the first")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await promptBox(page).fill("half a thought about the first")

    await page.getByRole("link", { name: "New session" }).click()
    await page.getByRole("heading", { name: "New session" }).waitFor()
    expect(await promptBox(page).inputValue()).toBe("")
    await promptBox(page).fill("something new")

    await page.reload()
    await promptBox(page).waitFor()
    expect(await promptBox(page).inputValue()).toBe("something new")
    await page.getByRole("link", { name: /Think about the first/ }).click()
    await answer(page).waitFor()
    expect(await promptBox(page).inputValue()).toBe("half a thought about the first")
  })
})

test("Stop ends a turn that would take long, and the next prompt is answered", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "be slow")
    await page.getByRole("button", { name: "Stop", exact: true }).click({ timeout: 15_000 })
    await untilIdle(page)
    await prompt(page, "think")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
  })
})

test("a model that refuses is quoted, and the session goes on", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "be broken")
    await page
      .getByText("The scripted model refuses this prompt, as asked.")
      .first()
      .waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await prompt(page, "think")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
  })
})
