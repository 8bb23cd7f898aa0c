// What somebody sees who opens it for the first time: labels are whole, nothing is covered, the header does not
// contradict itself, and a dead end has a way out.
import type { Locator, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, promptBox, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const password = "correct horse"
let stage: Stage
let locked: number
let mortal: number
beforeAll(async () => {
  locked = await findQuietPort()
  mortal = await findQuietPort()
  const allowed = [locked, mortal].map((port) => `http://127.0.0.1:${port}`)
  stage = await openStage({
    settings: {
      SANDBAR_ALLOWED_TARGETS: allowed.join(),
      SANDBAR_SERVERS: `Locked=${allowed[0]},Mortal=${allowed[1]}`,
    },
  })
  await stage.otherServer({ password, port: locked })
})
afterAll(() => stage.stop())

const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

describe.each([
  { name: "on a desk", viewport: desk },
  { name: "on a phone", viewport: phone },
])("$name", ({ viewport }) => {
  test("an agent's name stands whole in one line, and its list is inside the window", async () => {
    await story(
      stage,
      async (page) => {
        await untilLive(page)
        await page.getByRole("button", { name: /^Agent: / }).click()
        const list = page.getByRole("listbox", { name: "Agent" })
        for (const label of await list.locator(".option-label").all())
          expect((await boxOf(label)).height).toBeLessThan(24)
        for (const part of [list, ...(await list.locator(".option-description").all())]) {
          const box = await boxOf(part)
          expect(box.x).toBeGreaterThanOrEqual(0)
          expect(box.x + box.width).toBeLessThanOrEqual(viewport.width)
        }
      },
      { context: { viewport } },
    )
  })

  test("a server that dies is told by its dot within 3 s, in a row that covers nothing", async () => {
    const server = await stage.otherServer({ port: mortal })
    const visit = await stage.visit(`s/127.0.0.1:${mortal}/`, { viewport })
    try {
      const { page } = visit
      await untilLive(page)
      await server.stop()
      const dot = page.getByRole("banner").getByRole("img", { name: "Not reachable" })
      await dot.waitFor({ timeout: 3_000 })
      const strip = page.locator(".link-strip")
      await strip.getByRole("button", { name: "Retry now" }).waitFor()
      const end = (box: Box) => box.y + box.height
      expect((await boxOf(strip)).y).toBeGreaterThanOrEqual(end(await boxOf(page.getByRole("banner"))))
      expect((await boxOf(page.getByRole("main"))).y).toBeGreaterThanOrEqual(end(await boxOf(strip)))
      if (viewport === desk) await page.getByRole("link", { name: "New session" }).click({ timeout: 2_000 })
    } finally {
      await visit.close()
    }
  })

  test("a notice stands in one place, with a dialog and without, and never over the prompt", async () => {
    await story(
      stage,
      async (page) => {
        await untilLive(page)
        const picker = await openPicker(page)
        await picker.getByRole("button", { name: "Menu of Mortal" }).click()
        await page.getByRole("menuitem", { name: "Hide" }).click()
        const notice = page.locator(".notice")
        const before = await boxOf(notice)
        await page.keyboard.press("Escape")
        await picker.waitFor({ state: "detached" })
        expect(await boxOf(notice)).toEqual(before)
        expect(before.y + before.height).toBeLessThan((await boxOf(promptBox(page))).y)
      },
      { context: { viewport } },
    )
  })
})

test("a server that needs a password asks for it where one is, and opens", async () => {
  const visit = await stage.visit(`s/127.0.0.1:${locked}/`)
  try {
    const { page } = visit
    await page.getByRole("main").getByRole("button", { name: "Enter password" }).click()
    expect(await page.getByRole("button", { name: /Retry|Try again/ }).count()).toBe(0)
    await untilFocused(page, page.getByRole("textbox", { name: "Password" }))
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await untilLive(page)
    await page.getByRole("dialog").waitFor({ state: "detached" })
    expect(await page.title()).toBe("New session · Locked · Sandbar")
  } finally {
    await visit.close()
  }
})

test("on a phone the drawer gives the focus back to its button, and says nothing of a link that is well", async () => {
  await story(
    stage,
    async (page) => {
      await untilLive(page)
      expect((await boxOf(page.locator(".link-state"))).width).toBeLessThan(2)
      const menu = page.getByRole("banner").getByRole("button", { name: "Sessions" })
      for (const leave of ["Close", "New session"]) {
        await menu.tap()
        const drawer = page.getByRole("dialog", { name: "Sessions" })
        await drawer.getByRole(leave === "Close" ? "button" : "link", { name: leave }).tap()
        await drawer.waitFor({ state: "detached" })
        await untilFocused(page, menu)
      }
    },
    { context: { viewport: phone, hasTouch: true, isMobile: true } },
  )
})

test("a mistyped address shows the app, with a way back, and answers 404", async () => {
  const visit = await stage.visit("nowhere/at/all")
  try {
    await visit.page.getByRole("link", { name: "Open your default server" }).click()
    await untilLive(visit.page)
    expect((await fetch(`${stage.url}nowhere/at/all`, { headers: { accept: "text/html" } })).status).toBe(404)
  } finally {
    await visit.close()
  }
})

type Box = { x: number; y: number; width: number; height: number }

/** Once what moves stands still. */
async function boxOf(place: Locator): Promise<Box> {
  await place.waitFor()
  await place.evaluate((element) =>
    Promise.allSettled(element.getAnimations().map(({ finished }) => finished)),
  )
  const box = await place.boundingBox()
  if (!box) throw new Error("It is not on the screen.")
  return box
}

async function untilFocused(page: Page, place: Locator): Promise<void> {
  const element = await place.elementHandle()
  await page.waitForFunction((one) => document.activeElement === one, element, { timeout: 3_000 })
}
