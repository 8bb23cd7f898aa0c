// `?add=` in a link fills in a form and does nothing else; the list goes out and comes in as a file.
import { readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
let port: number
beforeAll(async () => {
  port = await findQuietPort()
  const prefix = "/notebook/team-a/nb/"
  const settings = { SANDBAR_ALLOWED_TARGETS: `http://127.0.0.1:${port}` }
  stage = await openStage({ arrangement: "keep", prefix, settings })
  await stage.otherServer({ port })
})
afterAll(() => stage.stop())

const address = (page: Page) => page.getByRole("textbox", { name: "Address" })
const kept = (page: Page) => page.evaluate(() => localStorage.getItem("sandbar.servers.v1"))

test.each(["", "s/local/"])(
  "a link to %j with ?add= fills in the form, asks nobody, and adds only on a press",
  async (path) => {
    const invitation = `?add=${encodeURIComponent(`http://eve:secret@127.0.0.1:${port}`)}&name=Box%E2%80%AE`
    const visit = await stage.visit()
    const { page, context } = visit
    const named: string[] = []
    context.on("request", (request) => named.push(request.headers()["x-target-server"] ?? request.url()))
    try {
      await page.goto(`${stage.url}${path}${invitation}`)
      const dialog = page.getByRole("dialog", { name: "Add server" })
      await dialog.waitFor()
      expect(await address(page).inputValue()).toBe(`http://127.0.0.1:${port}`)
      expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("Box⟨U+202E⟩")
      await page.waitForURL(`${stage.url}s/local/`)
      // Longer than the pause after which a typed address is tested.
      await sleep(1_000)
      expect(named.filter((name) => name.includes(String(port)) && !name.includes("add="))).toEqual([])
      expect(await kept(page)).toBeNull()

      await dialog.getByRole("button", { name: "Test" }).click()
      await dialog
        .getByText(/\b1\.\d+\.\d+\b/)
        .first()
        .waitFor()
      expect(await kept(page)).toBeNull()
      await dialog.getByRole("button", { name: "Add server" }).click()
      await page.getByRole("link", { name: /Box/ }).waitFor()
      expect(await kept(page)).toContain(`127.0.0.1:${port}`)

      await page.goto(`${stage.url}${path}${invitation}`)
      await page.getByText("is in your list already").waitFor()
      await page.getByRole("dialog", { name: "Servers" }).waitFor()
      await page.reload()
      await untilLive(page)
      expect(await page.getByRole("dialog").count()).toBe(0)
      expect(visit.watch.faults()).toEqual([])
    } finally {
      await visit.close()
    }
  },
)

test("the list goes to another browser as a file, and an import can be undone", async () => {
  let exported = ""
  await story(stage, async (page) => {
    await untilLive(page)
    const book = {
      own: [{ name: "Elsewhere", url: `http://127.0.0.1:${port}` }],
      hidden: [],
      credentials: { [`http://127.0.0.1:${port}`]: { username: "ada" } },
    }
    await page.evaluate((text) => localStorage.setItem("sandbar.servers.v1", text), JSON.stringify(book))
    await page.reload()
    await openPicker(page)
    await page.getByRole("button", { name: "Export or import the list" }).click()
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export list" }).click(),
    ])
    expect(download.suggestedFilename()).toBe("sandbar-servers.json")
    exported = readFileSync(await download.path(), "utf8")
  })
  await story(stage, async (page) => {
    await untilLive(page)
    await openPicker(page)
    await page.getByRole("button", { name: "Export or import the list" }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("menuitem", { name: "Import list" }).click(),
    ])
    await chooser.setFiles({ name: "list.json", mimeType: "application/json", buffer: Buffer.from(exported) })
    await page.getByText("1 server added.").waitFor()
    await page.getByRole("link", { name: /Elsewhere/ }).waitFor()
    expect(await kept(page)).toContain('"username":"ada"')
    await page.getByRole("button", { name: "Undo" }).click()
    await page.getByRole("link", { name: /Elsewhere/ }).waitFor({ state: "detached" })
  })
})
