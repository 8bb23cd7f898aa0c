// One browser context that looks at a server through two relays of its own, with one or two tabs, and what can be
// done to the ways between.
import type { Page } from "playwright-core"
import type { TestBrowser } from "../e2e/harness/browser.ts"
import { watchPage } from "../e2e/harness/watch-page.ts"
import { type FaultInjector, startFaultInjector } from "./fault-injector.ts"

export interface Watcher {
  readonly name: string
  /** Between the browser and the proxy. */
  readonly near: FaultInjector
  /** Between the proxy and the server. */
  readonly far: FaultInjector
  /** All of them share one origin, and so whatever tabs share. */
  readonly pages: readonly Page[]
  /** What the console said that a page must never say, so far. */
  readonly faults: () => readonly string[]
  urlOf(sessionID?: string): string
  close(): Promise<void>
}

export interface Relays {
  readonly near: FaultInjector
  readonly far: FaultInjector
}

export async function startRelays(sandbarPort: number, serverPort: number): Promise<Relays> {
  const [near, far] = await Promise.all([startFaultInjector(sandbarPort), startFaultInjector(serverPort)])
  return { near, far }
}

/** Animations and pixels that nobody looks at would take the processor from what is tried. */
export const still = { reducedMotion: "reduce", viewport: { width: 1_000, height: 400 } } as const

export async function openWatcher(
  browser: TestBrowser,
  name: string,
  { near, far }: Relays,
  tabs: number,
): Promise<Watcher> {
  const place = `${near.origin}/s/127.0.0.1:${far.port}`
  const urlOf = (sessionID?: string) => (sessionID ? `${place}/session/${sessionID}` : `${place}/`)
  const visit = await browser.visit(urlOf(), still)
  visit.context.setDefaultTimeout(slowest)
  await addServer(visit.page)
  const pages = [visit.page]
  const watches = [visit.watch]
  while (pages.length < tabs) {
    const page = await visit.context.newPage()
    watches.push(watchPage(page, near.origin))
    await page.goto(urlOf())
    pages.push(page)
  }
  // The browser itself reports each connection that broke; the page cannot keep it from doing so.
  for (const watch of watches) watch.expect(/Failed to load resource/)
  for (const page of pages) await markDocument(page)
  return {
    name,
    near,
    far,
    pages,
    faults: () => watches.flatMap((watch) => watch.faults()),
    urlOf,
    async close() {
      await visit.close()
      await Promise.all([near.stop(), far.stop()])
    },
  }
}

/** A page that is merely slow, as on a busy machine, is not wrong. */
export const slowest = 60_000

/** Only the one that the page is about: every server in a list is asked for its health. */
export const addServer = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Add server", exact: true }).click()

/** A reload that nobody asked for would hide what was lost. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { sameDocument: true })
  })
}

export const isSameDocument = (page: Page): Promise<boolean> => page.evaluate(() => "sameDocument" in window)

/** What a browser tells a page when a person comes back to it. */
export const lookAt = (page: Page): Promise<void> =>
  page.evaluate(() => {
    window.dispatchEvent(new Event("focus"))
    document.dispatchEvent(new Event("visibilitychange"))
  })

/** The tab stops running, as on a machine that sleeps: no timer fires and no byte is read until it is woken, and then
 * the clock has jumped. (Chromium freezes no tab that somebody looks at, and its debugger stops any.) */
export async function putToSleep(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("Debugger.enable")
  const paused = new Promise<void>((resolve) => devtools.once("Debugger.paused", () => resolve()))
  await devtools.send("Debugger.pause")
  // Whatever runs next stops; something has to run. Its answer comes with the waking.
  const stopped = devtools.send("Runtime.evaluate", { expression: "void 0" })
  await paused
  return async () => {
    await devtools.send("Debugger.resume")
    await stopped
    await devtools.send("Debugger.disable")
    await devtools.detach()
  }
}
