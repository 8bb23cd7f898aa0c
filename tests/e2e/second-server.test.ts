// Two real OpenCode servers, one picker: each keeps its own sessions.
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, openPicker, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const password = "correct horse"
let stage: Stage
let port: number
beforeAll(async () => {
  port = await findQuietPort()
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: `http://127.0.0.1:${port}` } })
  await stage.otherServer({ password, port })
})
afterAll(() => stage.stop())

test("a server with a password is added, picked, prompted and left again, without a reload", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    // Lost by any reload.
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    await prompt(page, "think here first")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(page)

    let dialog = await openPicker(page)
    await dialog.getByRole("button", { name: "Add server" }).click()
    dialog = page.getByRole("dialog")
    await dialog.getByRole("textbox", { name: "Address" }).fill(`127.0.0.1:${port}/`)
    await dialog.getByText(/(?:needs|asks for|wants) a password/i).waitFor()
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Elsewhere")
    await dialog.getByRole("textbox", { name: "Password" }).fill(password)
    await dialog
      .getByText(/\b1\.\d+\.\d+\b/)
      .first()
      .waitFor()
    await dialog.getByRole("button", { name: "Add server" }).click()

    await page.getByRole("link", { name: /Elsewhere/ }).click()
    await page.waitForURL(`**/s/127.0.0.1:${port}/`)
    await untilLive(page)
    expect(await page.getByRole("link", { name: /Think here first/ }).count()).toBe(0)
    await prompt(page, "markdown over there")
    await answer(page).getByText("What changed").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await page.getByRole("link", { name: /Markdown over there/ }).waitFor()

    await openPicker(page)
    await page.getByRole("link", { name: /local/ }).click()
    await page.waitForURL("**/s/local/")
    await page.getByRole("link", { name: /Think here first/ }).waitFor()
    expect(await page.getByRole("link", { name: /Markdown over there/ }).count()).toBe(0)
    expect(await page.evaluate(() => "sameDocument" in window)).toBe(true)
  })
})

test("a link to a server that this browser does not know says so and offers to add it", async () => {
  await story(
    stage,
    async (page) => {
      await page.getByRole("button", { name: /Add/ }).first().waitFor()
      expect(await page.getByRole("main").textContent()).toContain(`127.0.0.1:${port}`)
    },
    { path: `s/127.0.0.1:${port}/` },
  )
})
