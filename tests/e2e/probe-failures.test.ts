// Every way in which a server cannot be opened, shown once: in the form while it is typed, in the list once it is saved,
// and on its own page. Screenshots go to a directory that is printed.
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { type FailingServer, startFailingServers } from "./harness/failing-servers.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const stops: (() => unknown)[] = []
/** The deadline of a probe is 8 s. */
const probed = { timeout: 20_000 }
let stage: Stage
let servers: readonly FailingServer[]
let pictures: string

beforeAll(async () => {
  const defer = (stop: () => unknown) => void stops.push(stop)
  const port = await findQuietPort()
  const locked = `http://127.0.0.1:${port}`
  servers = [
    ...(await startFailingServers(defer)),
    {
      why: "wants a password",
      url: locked,
      allowed: true,
      words: "It wants a password.",
      page: /needs a password/,
    },
    {
      why: "wrong password",
      url: locked,
      allowed: true,
      password: "not this one",
      words: "Wrong password, or wrong user name.",
      page: /refuses this password/,
    },
  ]
  const allowed = servers.filter((server) => server.allowed).map(({ url }) => url)
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: [...new Set(allowed)].join(",") } })
  await stage.otherServer({ port, password: "correct horse" })
  pictures = mkdtempSync(join(tmpdir(), "sandbar-probe-failures-"))
  process.stdout.write(`screenshots of every failure: ${pictures}\n`)
})
afterAll(async () => {
  await stage.stop()
  for (const stop of stops) await stop()
})

const reasons = [
  "not allowed",
  "unknown name",
  "nothing listens",
  "no answer in time",
  "unknown authority",
  "a web page",
  "OpenCode 2",
  "an error",
  "breaks off",
  "wants a password",
  "wrong password",
] as const

describe("the form, the list and the page say the same about a server:", () => {
  test.each(reasons)("%s", async (why) => {
    const server = servers.find((one) => one.why === why) as FailingServer
    await story(stage, async (page) => {
      await untilLive(page)
      const buttons = await typeServer(page, server)
      const form = page.getByRole("dialog")
      await form.locator(".probe-result").getByText(server.words).waitFor(probed)
      expect(await placeOf(form), "the buttons stay where they are").toBe(buttons)
      await picture(page, why, "form")

      await form.getByRole("button", { name: "Add server", exact: true }).click()
      const list = await pickerOf(page)
      const row = list.getByRole("listitem").filter({ hasText: hostOf(server) })
      await row.getByText(server.words).waitFor(probed)
      await picture(page, why, "list")

      await row.getByRole("link").first().click()
      await page.waitForURL(`**/s/**${new URL(server.url).port}/`)
      if (server.page) await page.getByRole("main").getByText(server.page).first().waitFor(probed)
      else await page.getByRole("status").filter({ hasText: /\w/ }).first().waitFor(probed)
      await picture(page, why, "page")
      expect(await page.locator("body").textContent()).not.toContain(server.password ?? "a secret")
    })
  })

  test("every failure that is started is shown", () => {
    expect(servers.map(({ why }) => why).sort()).toEqual([...reasons].sort())
  })
})

const hostOf = ({ url }: FailingServer) => new URL(url).host

/** Where the form's buttons begin, from the top of the window. */
const placeOf = async (form: Locator) => (await form.locator(".form-actions").boundingBox())?.y

/** Gives where the buttons stood before anything was typed. */
async function typeServer(page: Page, server: FailingServer): Promise<number | undefined> {
  await (await openPicker(page)).getByRole("button", { name: "Add server" }).click()
  const form = page.getByRole("dialog")
  const buttons = await placeOf(form)
  await form.getByRole("textbox", { name: "Address" }).fill(server.url)
  await form.getByRole("textbox", { name: "Name", exact: true }).fill("Shop")
  if (server.password) await form.getByRole("textbox", { name: "Password" }).fill(server.password)
  return buttons
}

/** After saving, the dialog goes back to the list. */
async function pickerOf(page: Page): Promise<Locator> {
  const dialog = page.getByRole("dialog", { name: "Servers" })
  await dialog.waitFor()
  return dialog
}

async function picture(page: Page, why: string, where: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${why.replaceAll(" ", "-")}-${where}.png`) })
}
