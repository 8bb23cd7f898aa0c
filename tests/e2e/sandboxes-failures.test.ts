// What goes wrong while a sandbox is made, with the words and the buttons that help; and what several tabs see of one
// start. All of it under a prefix, behind a gateway.
import type { Locator } from "playwright-core"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { picture } from "./harness/pictures.ts"
import { lastWords, openSandboxStage, type SandboxStage } from "./harness/sandbox-stage.ts"
import {
  currentStep,
  failedStep,
  fillIn,
  idIn,
  newSandbox,
  press,
  rowOf,
  startMs,
  steps,
} from "./harness/sandbox-steps.ts"
import { answer, openPicker, prompt, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const prefix = "/notebook/team-a/my-nb/"
let stage: SandboxStage
beforeAll(async () => {
  stage = await openSandboxStage({
    arrangement: "keep",
    prefix,
    settings: { NB_PREFIX: prefix, SANDBAR_SANDBOXES_PER_PERSON: "2" },
  })
})
afterEach(() => stage.clear())
afterAll(() => stage.stop())

const buttonsIn = (place: Locator) => place.getByRole("button").allTextContents()
const gone = (id: string) => expect.poll(() => stage.directories(), { timeout: 15_000 }).not.toContain(id)

test("two tabs see the same start, one that comes back finds it, and cancelling removes what was made", async () => {
  await story(stage, async (page, { context }) => {
    await newSandbox(page)
    await fillIn(page, { repository: stage.repository, name: "Never mind" })
    stage.git.hold()
    await press(page)
    await currentStep(page).getByText("Cloning").waitFor()
    const id = idIn(page)
    expect(page.url()).toBe(`${stage.url}sandbox/${id}`)

    const other = await context.newPage()
    await other.goto(page.url())
    await currentStep(other).getByText("Cloning").waitFor()
    expect(await namesOf(steps(other))).toEqual(await namesOf(steps(page)))
    await other.goto("about:blank")
    await other.goto(stage.url)
    await (await rowOf(other, "Never mind")).getByText("It is starting: cloning the repository.").waitFor()
    await other.goto(`${stage.url}sandbox/${id}`)
    await currentStep(other).getByText("Cloning").waitFor()

    await page.getByRole("button", { name: "Cancel", exact: true }).click()
    await picture(page, "20-cancel")
    await page.getByRole("button", { name: "Cancel and remove" }).click()
    await page.waitForURL("**/new")
    await other.getByRole("heading", { name: "There is no such sandbox" }).waitFor()
    await picture(other, "21-cancelled-elsewhere")
    await gone(id)
    expect(await stage.list()).toMatchObject({ sandboxes: [], data: [] })
    stage.git.release()
  })
}, 240_000)

test("a branch that does not exist is named as the reason, and correcting it makes a sandbox that answers", async () => {
  await story(stage, async (page) => {
    await newSandbox(page)
    await fillIn(page, { repository: stage.repository, branch: "no-such-branch", name: "Shop" })
    await press(page)
    await failedStep(page).getByText("The repository has no branch of the name").waitFor()
    const failed = idIn(page)
    expect(await buttonsIn(failedStep(page))).toEqual([
      "Edit and spawn again",
      "Delete sandbox",
      "Copy details",
      "Details",
    ])
    await failedStep(page).getByRole("button", { name: "Details", exact: true }).click()
    await failedStep(page).getByText("Remote branch no-such-branch not found").waitFor()
    await picture(page, "22-no-branch")

    await failedStep(page).getByRole("button", { name: "Edit and spawn again" }).click()
    const branch = page.getByRole("combobox", { name: "Branch" })
    expect(await branch.inputValue()).toBe("no-such-branch")
    expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("Shop")
    await branch.fill("main")
    await press(page)
    await page.waitForURL(`${stage.url}s/sb-*/`, { timeout: startMs })
    await untilLive(page)
    await prompt(page, "where are you?")
    await answer(page).getByText("That is where I am.").waitFor({ timeout: startMs })
    await gone(failed)
    expect((await stage.list()).sandboxes.map(({ name }) => name)).toEqual(["Shop"])
  })
}, 240_000)

test("an OpenCode that ends again and again is given up with its last words, and nobody may have more than their share", async () => {
  await stage.spawn({ template: "broken", name: "Last week" })
  await story(stage, async (page, { watch }) => {
    await newSandbox(page)
    await fillIn(page, { template: "Experimental", name: "Next week" })
    await press(page)
    await page.waitForURL(`${stage.url}sandbox/sb-*`)
    const id = idIn(page)

    // While that is tried again, it counts like any other.
    await page.goto(`${stage.url}new`)
    await page.getByText("You have 2 of 2 sandboxes.").waitFor()
    await fillIn(page, { name: "One too many" })
    watch.expect(/Failed to load resource.*403/)
    await press(page)
    await page.getByRole("alert").getByText("which is as many as you may have").waitFor()
    await picture(page, "23-quota")

    await page.goto(`${stage.url}sandbox/${id}`)
    await failedStep(page).getByText("OpenCode does not stay up.").waitFor({ timeout: startMs })
    expect(await buttonsIn(failedStep(page))).toEqual([
      "Try again",
      "Edit and spawn again",
      "Delete sandbox",
      "Copy details",
      "Details",
    ])
    await failedStep(page).getByRole("button", { name: "Details", exact: true }).click()
    await failedStep(page).getByText(lastWords).waitFor()
    await picture(page, "24-crash")

    await failedStep(page).getByRole("button", { name: "Delete sandbox" }).click()
    const dialog = page.getByRole("dialog", { name: "Delete “Next week”?" })
    await dialog.getByText("It never ran, so nothing of it is lost.").waitFor()
    await dialog.getByRole("button", { name: "Delete sandbox" }).click()
    await page.waitForURL("**/sandboxes")
    await gone(id)
  })
}, 240_000)

test("without the OpenCode program the form says which one is missing, and goes on once it is back", async () => {
  stage.hideOpencode()
  await story(stage, async (page) => {
    await (await openPicker(page)).getByRole("button", { name: "New sandbox" }).click()
    await page.getByText("No sandbox can be made now").waitFor()
    await page.getByText(/^The opencode program \/\S+ cannot be run\. Install OpenCode/).waitFor()
    await picture(page, "25-no-program")
    stage.putBackOpencode()
    await page.getByRole("button", { name: "Try again" }).click()
    await page.getByRole("button", { name: "Spawn sandbox" }).waitFor()
  })
})

/** The steps by name; their times differ from look to look. */
const namesOf = (list: Locator) => list.locator(".step-name").allTextContents()
