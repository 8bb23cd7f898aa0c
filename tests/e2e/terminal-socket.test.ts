// A real terminal of the embedded server in Chromium, under a prefix, behind a gateway: ticket, upgrade, both ways.
import { join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openStage, type Stage } from "./harness/stage.ts"
import { untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"
import type {} from "./harness/terminal-page.ts"

const prefix = "/notebook/team-a/my-nb/"
let stage: Stage
let script: string

beforeAll(async () => {
  const entry = join(import.meta.dirname, "harness", "terminal-page.ts")
  const built = await Bun.build({ entrypoints: [entry], target: "browser" })
  script = (await built.outputs[0]?.text()) ?? ""
  stage = await openStage({ arrangement: "keep", prefix })
})
afterAll(() => stage.stop())

/** Sandbar's own page with its own policy; only its script is another one. */
async function openTerminal(page: Page): Promise<void> {
  await page.route(`**${prefix}assets/*.js`, (route) => {
    const isEntry = /\/index-[^/]+\.js$/.test(route.request().url())
    return route.fulfill({ contentType: "text/javascript", body: isEntry ? script : "" })
  })
  await page.goto(stage.url)
  await page.waitForFunction(() => "page" in window)
}

const connect = (page: Page, id: string, cursor: number) =>
  page.evaluate(([pty, from]) => window.page.connect(pty, from), [id, cursor] as const)

async function type(page: Page, line: string): Promise<void> {
  await page.locator(".xterm-helper-textarea").focus()
  await page.keyboard.type(line)
  await page.keyboard.press("Enter")
}

/** A line of the screen, as a person reads it. */
const line = (page: Page, text: string) =>
  page.locator(".xterm-rows > div").filter({ hasText: new RegExp(`^${text}\\s*$`) })

test("a terminal runs under a prefix: what is typed runs, its size follows, and its past is replayed", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await openTerminal(page)
    const id = await page.evaluate(() => window.page.createPty())
    await connect(page, id, 0)

    await type(page, "echo $((6*7))")
    await line(page, "42").waitFor()
    await page.evaluate(() => window.page.resize(101, 31))
    await type(page, "sleep 1; stty size")
    await line(page, "31 101").waitFor()

    // A page that comes later reads all of it, one that knows the past reads none of it.
    await openTerminal(page)
    const end = await connect(page, id, 0)
    await line(page, "42").waitFor()
    expect(end).toBeGreaterThan(40)
    await openTerminal(page)
    expect(await connect(page, id, end)).toBe(end)
    await type(page, "echo $((6*9))")
    await line(page, "54").waitFor()
    expect(await line(page, "42").count()).toBe(0)
  })
})

test("cross-site WebSocket hijacking: a foreign page opens nothing, not even with a ticket that it has found", async () => {
  const foreign = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response("<!doctype html><title>Foreign</title>", { headers: { "content-type": "text/html" } }),
  })
  stage.defer(() => foreign.stop(true))
  await story(stage, async (page, { context }) => {
    await untilLive(page)
    await openTerminal(page)
    const id = await page.evaluate(() => window.page.createPty())
    const path = `/pty/${id}/connect?cursor=0`
    const attempt = (where: Page, url: string) =>
      where.evaluate(
        (address) =>
          new Promise<string>((resolve) => {
            const socket = new WebSocket(address)
            socket.onopen = () => resolve("open")
            socket.onclose = ({ code }) => resolve(`closed ${code}`)
          }),
        url,
      )
    const elsewhere = await context.newPage()
    await elsewhere.goto(foreign.url.href)
    const found = await page.evaluate((pty) => window.page.socketUrl(pty), path)
    expect(await attempt(elsewhere, found)).toBe("closed 1006")
    await stage.sandbar.child.until(/"request\.cross-site"/)
    // The same ticket in its own page: it was refused above because of the page, not because of the ticket.
    expect(await attempt(page, found)).toBe("open")
  })
})
