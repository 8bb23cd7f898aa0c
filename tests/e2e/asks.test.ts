// The agent asks before it acts, and what people answer is what happens on disk.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

const onDisk = (file: string) => readFileSync(join(stage.home.project, file), "utf8")

test("an edit shows its diff, waits, and changes the file only after Once", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "please edit the readme")
    const once = page.getByRole("button", { name: "Once" })
    await once.waitFor({ timeout: 30_000 })
    expect(await page.getByRole("main").textContent()).toContain("# A changed project")
    expect(onDisk("README.md")).toBe("# A sample project\n")

    await once.click()
    await answer(page).getByText("The file is changed.").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    expect(onDisk("README.md")).toBe("# A changed project\n")
    await promptBox(page).waitFor()
  })
})

test("a rejected write leaves no file", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "please write a note")
    await page.getByRole("button", { name: "Reject" }).click({ timeout: 30_000 })
    await page.getByRole("button", { name: "Reject and stop" }).click()
    await untilIdle(page)
    await promptBox(page).waitFor()
    expect(existsSync(join(stage.home.project, "notes.txt"))).toBe(false)
  })
})

test("a rejection with a reason lets the agent go on with it", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "please write a note")
    await page.getByRole("button", { name: "Reject" }).click({ timeout: 30_000 })
    await page.getByRole("textbox", { name: /^Say why/ }).fill("not in this directory")
    await page.getByRole("button", { name: "Reject with reason" }).click()
    await answer(page).getByText("Understood, I leave it as it is.").waitFor({ timeout: 30_000 })
    expect(existsSync(join(stage.home.project, "notes.txt"))).toBe(false)
  })
})

test("a command asks with its words, Always asks no second time", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "please bash")
    const always = page.getByRole("button", { name: /^Always/ })
    await always.waitFor({ timeout: 30_000 })
    expect(await page.getByRole("main").textContent()).toContain("echo from-bash && ls")
    await always.click()
    await answer(page).getByText("The command has run.").waitFor({ timeout: 30_000 })
    await untilIdle(page)

    await prompt(page, "bash again")
    await page.getByText("The command has run.").nth(1).waitFor({ timeout: 30_000 })
    expect(await page.getByRole("button", { name: "Once" }).count()).toBe(0)
  })
})

test("a question is answered with one of its options", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "ask me a question")
    await page.getByText("Which colour should the button have?").first().waitFor({ timeout: 30_000 })
    await page.getByRole("radio", { name: /Teal/ }).check()
    await page.getByRole("button", { name: "Answer", exact: true }).click()
    await answer(page).getByText("Thank you, that settles it.").waitFor({ timeout: 30_000 })
  })
})
