// The life of one sandbox, as its owner sees it: made from a repository, worked in, asleep, awake again, deleted, and its
// data taken up by another. The processes are real, and so is the OpenCode in them.
import { realpathSync } from "node:fs"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { picture } from "./harness/pictures.ts"
import { openSandboxStage, type SandboxStage } from "./harness/sandbox-stage.ts"
import {
  choose,
  closePicker,
  fillIn,
  idIn,
  newSandbox,
  press,
  rowOf,
  startMs,
  steps,
} from "./harness/sandbox-steps.ts"
import { answer, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const name = "shop feature/other"
let stage: SandboxStage
beforeAll(async () => {
  stage = await openSandboxStage()
  // Nobody looks at it from here on; the last story does.
  await stage.spawn({ template: "brief", name: "Left alone" })
})
afterAll(() => stage.stop())

const stateOf = async (id: string) =>
  (await stage.list()).sandboxes.find((sandbox) => sandbox.id === id)?.state
const asleep = (page: Page) => page.getByRole("banner").getByRole("img", { name: "Asleep" }).first()
const thoughts = (page: Page) => page.getByText("the short way is the right one here")

test("a person makes a sandbox, works in it, lets it sleep, wakes it with a prompt, deletes it and goes on with its data", async () => {
  await story(stage, async (page) => {
    await newSandbox(page)
    await picture(page, "01-form")
    await fillIn(page, { template: "OpenCode", repository: stage.repository })
    await page.getByText("Empty for the default branch, main. 2 to choose from.").waitFor()
    const offered = await page
      .locator("datalist option")
      .evaluateAll((all) => all.map((one) => one.getAttribute("value")))
    expect(offered).toEqual(expect.arrayContaining(["main", "feature/other"]))
    await fillIn(page, { repository: stage.repository, branch: "feature/other" })
    expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe(name)
    await picture(page, "02-form-filled")

    stage.git.hold()
    await press(page)
    await steps(page).getByText("Cloning").first().waitFor()
    await page.waitForURL(/\/sandbox\/sb-/)
    const id = idIn(page)
    await picture(page, "03-cloning")
    stage.git.release()
    await steps(page).getByText("Starting OpenCode.").waitFor({ timeout: startMs })
    await picture(page, "04-starting")

    // By itself, for somebody who still waits.
    await page.waitForURL(`**/s/${id}/`, { timeout: startMs })
    await untilLive(page)
    await picture(page, "05-open")
    await prompt(page, "where are you?")
    await answer(page).getByText("That is where I am.").waitFor({ timeout: startMs })
    await untilIdle(page)
    await answer(page)
      .getByRole("button", { name: /git log/ })
      .click()
    await answer(page)
      .getByText(`home ${realpathSync(stage.homeOf(id))}`)
      .waitFor()
    await answer(page)
      .getByText(`directory ${realpathSync(stage.checkoutOf(id))}`)
      .waitFor()
    await answer(page).getByText("commit on the other branch").waitFor()
    await picture(page, "06-answered")
    const session = /ses_\w+/.exec(page.url())?.[0] ?? "no session"

    await choose(page, await rowOf(page, name), "Stop")
    await closePicker(page)
    await asleep(page).waitFor({ timeout: startMs })
    await page.getByText("It sleeps; its files and sessions are kept.").waitFor({ timeout: startMs })
    await page.getByRole("button", { name: "Wake" }).waitFor()
    await picture(page, "07-asleep")
    await (await rowOf(page, name)).getByText("asleep").waitFor()
    await picture(page, "08-picker-asleep")
    await closePicker(page)
    await expect.poll(() => stateOf(id)).toBe("stopped")

    await prompt(page, "think about it")
    await page.getByText("Waiting for the server").waitFor()
    await picture(page, "09-prompt-waits")
    await thoughts(page).waitFor({ timeout: startMs })
    await untilIdle(page)
    expect(await page.getByRole("article", { name: "You" }).count()).toBe(2)
    expect(await thoughts(page).count(), "it is answered once").toBe(1)
    await page.getByText("That is where I am.").waitFor()
    await picture(page, "10-awake")

    await choose(page, await rowOf(page, name), "Delete")
    await picture(page, "11-delete")
    await page.getByRole("button", { name: "Delete sandbox", exact: true }).click()
    await page.waitForURL("**/sandboxes")
    const kept = page.getByRole("list", { name: "Kept data" }).getByRole("listitem").filter({ hasText: name })
    await kept.waitFor()
    await picture(page, "12-kept")
    await kept.getByRole("button", { name: /^Adopt/ }).click()
    await page.waitForURL(`**/s/${id}/`, { timeout: startMs })
    await untilLive(page)
    await page.locator(`a[href$="session/${session}"]`).click()
    await thoughts(page).waitFor({ timeout: startMs })
    await page.getByText("That is where I am.").waitFor()
    await picture(page, "13-adopted")

    await choose(page, await rowOf(page, name), "Delete")
    await page.getByRole("checkbox", { name: "Keep the data" }).uncheck()
    const goes = page.getByRole("button", { name: "Delete sandbox and data" })
    await page.getByRole("textbox", { name: /^Type/ }).fill("shop")
    expect(await goes.isDisabled(), "the whole name is asked for").toBe(true)
    await page.getByRole("textbox", { name: /^Type/ }).fill(name)
    await picture(page, "14-delete-data")
    await goes.click()
    await page.waitForURL("**/sandboxes")
    await page.getByRole("list", { name: "Sandboxes" }).getByText(name).waitFor({ state: "detached" })
    await expect.poll(() => stage.directories(), { timeout: 15_000 }).not.toContain(id)
    expect((await stage.list()).data).toEqual([])
    await picture(page, "15-list")
  })
}, 240_000)

test("a sleeping sandbox that is opened by its link takes a prompt, which wakes it and is answered once", async () => {
  await stage.spawn({ template: "usual", name: "By link" })
  await story(stage, async (first, { context }) => {
    const id = (await stage.list()).sandboxes.find((sandbox) => sandbox.name === "By link")?.id ?? "none"
    const sleep = async (page: Page) => {
      await choose(page, await rowOf(page, "By link"), "Stop")
      await closePicker(page)
      await expect.poll(() => stateOf(id), { timeout: startMs }).toBe("stopped")
    }
    const stopButton = (page: Page) => page.getByRole("button", { name: "Stop", exact: true })
    await expect.poll(() => stateOf(id), { timeout: startMs }).toBe("ready")
    await sleep(first)
    await first.goto(`${stage.url}sandbox/${id}`)
    await first.getByText("Asleep.", { exact: true }).waitFor()
    await picture(first, "16-page-asleep")

    const page = await context.newPage()
    await page.goto(`${stage.url}s/${id}/`)
    await page.getByText("It sleeps; its files and sessions are kept. A prompt wakes it.").waitFor()
    await page.getByRole("button", { name: "Wake" }).waitFor()
    await picture(page, "17-link-asleep")
    expect(await stateOf(id), "a look wakes nothing").toBe("stopped")
    await prompt(page, "think about it")
    await page.getByText("Waiting for the server").waitFor()
    expect(await stopButton(page).count(), "nothing runs that could be stopped").toBe(0)
    await page.getByRole("button", { name: "Cancel", exact: true }).waitFor()
    await picture(page, "18-link-prompt-waits")
    await thoughts(page).waitFor({ timeout: startMs })
    await untilIdle(page)
    expect(await page.getByRole("article", { name: "You" }).count()).toBe(1)
    expect(await thoughts(page).count(), "it is answered once").toBe(1)

    await sleep(page)
    const session = await context.newPage()
    await session.goto(page.url())
    await session.getByRole("button", { name: "Wake" }).waitFor()
    await picture(session, "19-session-link-asleep")
    await prompt(session, "where are you?")
    await session.getByText("That is where I am.").waitFor({ timeout: startMs })
    await untilIdle(session)
    expect(session.url()).toBe(page.url())
    expect(await session.getByRole("article", { name: "You" }).count()).toBe(2)
    await thoughts(session).waitFor()
  })
}, 240_000)

test("a sandbox that nobody uses goes to sleep by itself, and opening it wakes it", async () => {
  await stage.sandbar.child.until(/"why":"when-idle","msg":"an idle sandbox is stopped"/, startMs)
  await story(stage, async (page) => {
    const row = await rowOf(page, "Left alone")
    await row.getByText("asleep").waitFor()
    await row.getByRole("link").click()
    await untilLive(page)
    expect(await promptBox(page).isEnabled()).toBe(true)
  })
}, 240_000)
