// Browsers allow six connections to one origin over HTTP/1.1, and an event stream keeps one for as long as it lives.
// Ten tabs on one server work all the same, because one of them holds the stream for all.
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { plainText } from "../../demo/turns.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"
import { watchPage } from "./harness/watch-page.ts"

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.stop())

/** Event streams that the proxy holds open. */
async function openStreams(): Promise<number> {
  const metrics = await (await fetch(`${stage.sandbar.origin}/metrics`)).text()
  return Number(/^sandbar_open_streams (\d+)$/m.exec(metrics)?.[1])
}
const untilOneStream = () =>
  vi.waitFor(async () => expect(await openStreams()).toBe(1), { timeout: 10_000, interval: 100 })

/** By which the browser's list of locks names this tab. */
const lockIdOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() =>
    navigator.locks.request("which tab is this", async () => {
      const { held = [] } = await navigator.locks.query()
      return held.find((lock) => lock.name === "which tab is this")?.clientId
    }),
  )

/** The tab that has the lock that goes with the stream: one look at all of them, or the lock may move meanwhile. */
async function holderOf(pages: readonly Page[]): Promise<Page> {
  const ids = await Promise.all(pages.map(lockIdOf))
  const held = await pages[0]?.evaluate(async () => {
    const { held = [] } = await navigator.locks.query()
    return held.filter((lock) => / link \d+ http:/.test(lock.name ?? "")).map((lock) => lock.clientId)
  })
  expect(held).toHaveLength(1)
  const holder = pages[ids.indexOf(held?.[0])]
  expect(holder, "a tab that is gone still has the lock").toBeDefined()
  return holder as Page
}

/** When a tab goes, its stream may be counted and its lock be nobody's for a moment. */
const untilHeld = (pages: readonly Page[]): Promise<Page> =>
  vi.waitFor(() => holderOf(pages), { timeout: 10_000, interval: 100 })

/** Has the page note whether it ever shows a part of the turn; the machine is too busy to look often enough. */
const noteParts = (page: Page) =>
  page.evaluate(() => {
    const seen = { part: false }
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const text = document.querySelector("main")?.textContent ?? ""
      if (/First I look|Thought about/.test(text) && !text.includes("one here.")) seen.part = true
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
const sawPart = (page: Page) =>
  page.evaluate(() => (window as unknown as { seen: { part: boolean } }).seen.part)

test("ten tabs on one server share one stream, see a turn while it is written, and outlive the tab that held it", async () => {
  await story(stage, async (first, { context }) => {
    await untilLive(first)
    await prompt(first, "Tell me what this is")
    await answer(first).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
    await untilIdle(first)
    const address = first.url()

    const others = await Promise.all(
      Array.from({ length: 9 }, async () => {
        const page = await context.newPage()
        const watch = watchPage(page, new URL(address).origin)
        await page.goto(address)
        await untilLive(page)
        await answer(page).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
        return { page, watch }
      }),
    )
    const pages = [first, ...others.map(({ page }) => page)]
    await untilOneStream()

    // Sent from a tab that does not hold the stream, so that what it shows came from another tab.
    const follower = pages.find((page) => page !== first) as Page
    expect(await holderOf(pages)).toBe(first)
    await Promise.all(pages.map(noteParts))
    await prompt(follower, "think about ten tabs")
    for (const page of pages) {
      await answer(page).getByText("short way is the right one here.").waitFor({ timeout: 30_000 })
      expect(await sawPart(page)).toBe(true)
    }
    for (const page of pages) await untilIdle(page)
    expect(await openStreams()).toBe(1)

    await first.close()
    const rest = pages.slice(1)
    await untilHeld(rest)
    await untilOneStream()
    for (const page of rest) await untilLive(page)
    await prompt(rest.at(-1) as Page, "Tell me the rest without the tab that held it")
    for (const page of rest) {
      await page.getByText("the tab that held it").first().waitFor({ timeout: 30_000 })
      await untilIdle(page)
      expect(await page.getByRole("article", { name: "You" }).count()).toBe(3)
      expect(await page.getByText(plainText.slice(0, 40)).count()).toBeGreaterThan(0)
    }
    await untilOneStream()
    await holderOf(rest)
    for (const { watch } of others) expect(watch.faults()).toEqual([])
  })
}, 240_000)

test("a tab that hangs with the stream, or crashes with it, is replaced by one that somebody looks at", async () => {
  await story(stage, async (first, { context }) => {
    await untilLive(first)
    await prompt(first, "Tell me what this is")
    await answer(first).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
    await untilIdle(first)
    const open = async () => {
      const page = await context.newPage()
      await page.goto(first.url())
      await untilLive(page)
      return page
    }
    const [second, third] = [await open(), await open()]
    expect(await holderOf([first, second, third])).toBe(first)

    // It runs nothing any more, and nobody is told.
    const debug = await context.newCDPSession(first)
    await debug.send("Debugger.enable")
    await debug.send("Debugger.pause")
    await prompt(second, "think about a tab that hangs")
    for (const page of [second, third])
      await answer(page).getByText("short way is the right one here.").waitFor({ timeout: 45_000 })
    const next = await holderOf([second, third])
    await debug.send("Debugger.resume")
    await debug.send("Debugger.disable")
    await untilOneStream()
    await answer(first).getByText("short way is the right one here.").waitFor({ timeout: 30_000 })
    expect(await holderOf([first, second, third])).toBe(next)

    // The browser passes the lock of a tab that crashed on by itself.
    await next.goto("chrome://crash").catch(() => undefined)
    const rest = [first, second, third].filter((page) => page !== next)
    await untilHeld(rest)
    await untilOneStream()
    await prompt(first, "markdown without the tab that crashed")
    for (const page of rest) {
      await answer(page).getByText("one token ahead").waitFor({ timeout: 30_000 })
      await untilIdle(page)
    }
    await holderOf(rest)
  })
})
