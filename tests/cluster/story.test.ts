// The life of one sandbox in a pod, as its owner sees it in Chromium, and the failures that only a kubelet makes. The
// proxy is a process of this machine with the account that Sandbar ships; pods, volume, clone and OpenCode are real.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { root } from "../e2e/harness/sandbar.ts"
import {
  choose,
  currentStep,
  failedStep,
  fillIn,
  idIn,
  press,
  rowOf,
  steps,
} from "../e2e/harness/sandbox-steps.ts"
import { prompt, untilIdle, untilLive } from "../e2e/harness/steps.ts"
import { story } from "../e2e/harness/story.ts"
import { makeSandboxImage } from "./harness/image.ts"
import { openNode } from "./harness/node.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import { type ClusterStage, openClusterStage } from "./story-stage.ts"
import { inTerminal } from "./story-terminal.ts"

const cluster = sharedCluster()
const scratch = mkdtempSync(join(tmpdir(), "sandbar-pod-story-"))
const node = await openNode(cluster, async () => [await makeSandboxImage(join(scratch, "sandbox.tar"))])
let stage: ClusterStage

beforeAll(async () => {
  if (node) stage = await openClusterStage(cluster, node)
})
afterAll(async () => {
  await stage?.stop()
  await node?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** A pod is placed, its image unpacked, OpenCode started; on a machine that may be busy. */
const startMs = 120_000
const results = join(root, "test-results")

/** Kept beside the reports of failed stories: what the words of a failure look like. */
async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(results, { recursive: true })
  await page.screenshot({ path: join(results, `cluster-${name}.png`) })
}

async function openForm(page: Page): Promise<void> {
  await page.getByRole("button", { name: "New sandbox" }).first().click()
  await page.getByRole("heading", { name: "New sandbox" }).waitFor()
  await page.getByRole("textbox", { name: "Name" }).waitFor()
}

/** Deletes the failed start that the page shows. */
async function deleteFailed(page: Page, name: string): Promise<void> {
  await page
    .getByRole("main")
    .getByRole("button", { name: /^Menu of/ })
    .click()
  await page.getByRole("menuitem", { name: "Delete", exact: true }).click()
  const dialog = page.getByRole("dialog", { name: `Delete “${name}”?` })
  await dialog.getByText("It never ran, so nothing of it is lost.").waitFor()
  await dialog.getByRole("button", { name: "Delete sandbox", exact: true }).click()
  await page.waitForURL("**/sandboxes")
}

const asleep = (page: Page) => page.getByRole("banner").getByRole("img", { name: "Asleep" }).first()
const thoughts = (page: Page) => page.getByText("the short way is the right one here")

describe.skipIf(node === undefined)("in a pod on a real node", () => {
  test("a person makes a sandbox from a repository, works in it, leaves it, wakes it with a prompt, deletes it and goes on with its data", async () => {
    const name = "shop feature/other"
    await story(stage, async (page) => {
      await openForm(page)
      await fillIn(page, { template: "OpenCode", repository: stage.repository })
      await page.getByText("Empty for the default branch, main. 2 to choose from.").waitFor()
      await fillIn(page, { repository: stage.repository, branch: "feature/other", name })
      stage.git.hold()
      await press(page)
      await currentStep(page).getByText("Cloning the repository.").waitFor({ timeout: startMs })
      const id = idIn(page)
      for (const done of ["Accept", "Prepare the storage", "Find a place to run", "Pull the image"])
        await steps(page).locator("[data-is=done]").getByText(done, { exact: true }).waitFor()
      await shoot(page, "cloning")
      stage.git.release()
      // By itself, for somebody who still waits.
      await page.waitForURL(`**/s/${id}/`, { timeout: startMs })
      await untilLive(page)

      await prompt(page, "think about it")
      await thoughts(page).waitFor({ timeout: 30_000 })
      await untilIdle(page)
      expect(stage.model.requests()).toBeGreaterThan(0)
      const session = /ses_\w+/.exec(page.url())?.[0] ?? "no session"
      await shoot(page, "answered")

      const where = await inTerminal(
        page,
        id,
        "id -u; cat /etc/hostname; pwd; cat README.md; touch /opt/mine; ls /opt",
      )
      expect(where).toContain(`1000\n${id}-0\n/home/sandbox/shop\non the other branch\n`)
      expect(where).toContain("Read-only file system")
      expect(where).not.toMatch(/^mine$/m)

      await stage.sleepAfter("5s")
      await asleep(page).waitFor({ timeout: startMs })
      await page.getByRole("img", { name: "Link live" }).waitFor({ state: "detached", timeout: 30_000 })
      expect(stage.proxy.output()).toMatch(/"why":"when-idle","msg":"an idle sandbox is stopped"/)
      await expect.poll(() => stage.names("pods"), { timeout: 30_000 }).not.toContain(`${id}-0`)
      await shoot(page, "asleep")
      await stage.sleepAfter("30m")

      const before = stage.model.requests()
      await prompt(page, "and a plain word")
      await page.getByText("Waiting for the server").waitFor()
      await expect
        .poll(() => page.getByRole("region", { name: "Agent" }).count(), { timeout: startMs })
        .toBe(2)
      await untilIdle(page)
      expect(stage.model.requests(), "it is answered once").toBe(before + 1)
      await thoughts(page).waitFor()
      expect(await page.getByRole("article", { name: "You" }).count()).toBe(2)
      await shoot(page, "awake")

      await choose(page, await rowOf(page, name), "Delete")
      await page.getByRole("button", { name: "Delete sandbox", exact: true }).click()
      await page.waitForURL("**/sandboxes")
      const kept = page
        .getByRole("list", { name: "Kept data" })
        .getByRole("listitem")
        .filter({ hasText: name })
      await kept.waitFor({ timeout: 30_000 })
      await expect.poll(() => stage.names("statefulsets")).toEqual([])
      expect(await stage.names("persistentvolumeclaims")).toEqual([`${id}-data`])
      await shoot(page, "kept")

      await kept.getByRole("button", { name: /^Adopt/ }).click()
      await page.waitForURL(`**/s/${id}/`, { timeout: startMs })
      await untilLive(page)
      await page.locator(`a[href$="session/${session}"]`).click()
      await thoughts(page).waitFor({ timeout: 30_000 })
      expect(await inTerminal(page, id, "cat README.md")).toContain("on the other branch")

      await choose(page, await rowOf(page, name), "Delete")
      await page.getByRole("checkbox", { name: "Keep the data" }).uncheck()
      await page.getByRole("textbox", { name: /^Type/ }).fill(name)
      await page.getByRole("button", { name: "Delete sandbox and data" }).click()
      await page.waitForURL("**/sandboxes")
      for (const kind of ["statefulsets", "pods", "services", "persistentvolumeclaims"])
        await expect.poll(() => stage.names(kind), { timeout: 30_000 }).toEqual([])
      await expect.poll(() => stage.list(), { timeout: 15_000 }).toMatchObject({ sandboxes: [], data: [] })
    })
  }, 600_000)

  test("an image that the registry does not have is named, with the registry's words", async () => {
    await story(stage, async (page) => {
      await openForm(page)
      await fillIn(page, { template: "Next version", name: "trial" })
      stage.registry.hold()
      await press(page)
      await currentStep(page).getByText("Fetching the image").waitFor({ timeout: startMs })
      await shoot(page, "pulling")
      stage.registry.release()
      const failed = failedStep(page)
      await failed
        .getByText(`The image ${stage.registry.image} cannot be fetched: not found`)
        .waitFor({ timeout: startMs })
      await failed.getByRole("button", { name: "Copy message for the operator" }).waitFor()
      await shoot(page, "image-missing")
      await deleteFailed(page, "trial")
    })
  }, 180_000)

  test("a branch that the repository does not have is told in git's words, and the form comes back filled in", async () => {
    await story(stage, async (page) => {
      await openForm(page)
      await fillIn(page, { template: "OpenCode", repository: stage.repository })
      // Until the branches are known the field is a plain one.
      await page.getByText("Empty for the default branch, main. 2 to choose from.").waitFor()
      await fillIn(page, { repository: stage.repository, branch: "missing" })
      await press(page)
      const failed = failedStep(page)
      await failed
        .getByText(/Check the branch: .*Remote branch missing not found/)
        .waitFor({ timeout: startMs })
      await shoot(page, "clone-fails")
      await page.getByText("Remote branch missing not found").first().waitFor()
      await failed.getByRole("button", { name: "Edit and spawn again" }).click()
      expect(await page.getByRole("combobox", { name: "Branch" }).inputValue()).toBe("missing")
      await page.goBack()
      await deleteFailed(page, "shop missing")
    })
  }, 180_000)

  test("a server that needs more memory than its template allows is said to, also after the cluster started it again", async () => {
    await story(stage, async (page) => {
      await openForm(page)
      await fillIn(page, { template: "Tiny", name: "tiny" })
      await press(page)
      await steps(page)
        .getByText(/needed more memory than its template allows/)
        .waitFor({ timeout: startMs })
      await shoot(page, "out-of-memory")
      await failedStep(page)
        .getByText(/needed more memory than its template allows/)
        .waitFor({ timeout: startMs })
      await deleteFailed(page, "tiny")
    })
  }, 240_000)

  test("a server that ends by itself shows its last words and its log, and cancelling its start leaves nothing", async () => {
    await story(stage, async (page) => {
      await openForm(page)
      await fillIn(page, { template: "Experimental", name: "broken" })
      await press(page)
      await steps(page)
        .getByText(/OpenCode ended by itself \(exit code 3\).*the settings of this template cannot be read/)
        .waitFor({ timeout: startMs })
      await shoot(page, "crash")
      const volume = `${idIn(page)}-data`
      expect(await stage.names("persistentvolumeclaims")).toContain(volume)
      await page.getByRole("button", { name: "Cancel", exact: true }).click()
      await page.getByRole("button", { name: "Cancel and remove" }).click()
      await page.getByRole("heading", { name: "New sandbox" }).waitFor()
      await expect
        .poll(() => stage.names("persistentvolumeclaims"), { timeout: startMs })
        .not.toContain(volume)
    })
  }, 180_000)
})
