// "The page equals a fresh load": both are read until they agree, or for so long that they never will.
import { setTimeout as sleep } from "node:timers/promises"
import type { Page } from "playwright-core"
import type { Lane } from "./lane.ts"
import { differenceOf, keepsMore, type PageView, viewOf } from "./page-view.ts"
import { sessionIn } from "./person.ts"
import { isSameDocument, markDocument, type Watcher } from "./watcher.ts"

/** Longer than the watchdog of a silent stream and the longest wait between two tries together. */
const patienceMs = 60_000
const pollMs = 200

export interface Agreement {
  readonly watcher: Watcher
  readonly agreedAt: number
  readonly violations: readonly string[]
}

/** Each page against a fresh load of the session that it shows. */
export async function compareAll(lane: Lane, mayKeepMore: boolean): Promise<Agreement[]> {
  const { watchers } = lane
  const found = new Map(watchers.map((watcher) => [watcher, { agreedAt: 0, violations: [] as string[] }]))
  const pages = watchers.flatMap((watcher) => watcher.pages.map((page) => ({ watcher, page })))
  const places = new Set(pages.map(({ page }) => sessionIn(page)))
  for (const place of places) {
    await loadFresh(lane.fresh, lane.freshUrlOf(place))
    const freshly = makeShared(() => viewOf(lane.fresh))
    await Promise.all(
      pages
        .filter(({ page }) => sessionIn(page) === place)
        .map(async ({ watcher, page }) => {
          const entry = found.get(watcher)
          const violation = await untilEqual(page, freshly, mayKeepMore)
          if (violation) entry?.violations.push(violation)
          if (entry) entry.agreedAt = Date.now()
        }),
    )
  }
  return [...found].map(([watcher, entry]) => ({ watcher, ...entry }))
}

async function loadFresh(page: Page, url: string): Promise<void> {
  await page.goto(url)
  const give = Date.now() + 30_000
  let before = ""
  while (Date.now() < give) {
    const view = await viewOf(page)
    const now = view.lines.join("\n")
    if (view.live && now === before && !now.includes("Loading the conversation")) return
    before = now
    await sleep(pollMs)
  }
  throw new Error(`A fresh load of ${url} does not come to rest:\n${before}`)
}

/** Whoever asks while an answer is on its way gets the same one. */
function makeShared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}

/** `mayKeepMore`: a server that was killed has lost the text that it was writing, and the page is right to keep it. */
async function untilEqual(
  page: Page,
  freshly: () => Promise<PageView>,
  mayKeepMore: boolean,
): Promise<string | undefined> {
  const give = Date.now() + patienceMs
  while (true) {
    const [shown, wanted] = await Promise.all([viewOf(page), freshly()])
    const equal = shown.lines.join("\n") === wanted.lines.join("\n")
    const same = equal || (mayKeepMore && keepsMore(shown.lines, wanted.lines))
    if (same && shown.live && shown.atEnd) break
    if (Date.now() > give) return sentenceOn(shown, wanted, same)
    await sleep(pollMs)
  }
  if (!(await isSameDocument(page))) return "the page was loaded anew"
  // From here on it has to be equal again.
  if (mayKeepMore) await loadAnew(page)
  return undefined
}

/** As a person does. */
export async function loadAnew(page: Page, url: string = page.url()): Promise<void> {
  await page.goto(url)
  await markDocument(page)
}

function sentenceOn(shown: PageView, wanted: PageView, same: boolean): string {
  const link = shown.live ? "live" : "not live"
  if (!same)
    return `the page, its link ${link}, differs from a fresh load:\n${differenceOf(shown.lines, wanted.lines)}`
  return shown.live
    ? "the page no longer stands at the end of the conversation"
    : "the link is not live again"
}
