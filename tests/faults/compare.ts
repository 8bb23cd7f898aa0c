// "The page equals a fresh load": both are read until they agree, or for so long that they never will.
import type { Page } from "playwright-core"
import type { Lane } from "./lane.ts"
import { lookUntilAtRest, lookUntilShown } from "./look-until.ts"
import { differenceOf, keepsMore, type PageView, viewOf } from "./page-view.ts"
import { sessionIn } from "./person.ts"
import { isSameDocument, lookAt, markDocument, type Watcher } from "./watcher.ts"

/** Longer than the watchdog of a silent stream and the longest wait between two tries together. */
const patienceMs = 60_000
/** Then the fresh load is looked at again. */
const lookMs = 1_000

/** Cuts follow each other so closely here that the link waits longer and longer between two tries. After so long a
 * person looks whether it works again, and the link tries at once. */
const lookAfterMs = 4_000

export interface Agreement {
  readonly watcher: Watcher
  readonly agreedAt: number
  /** Somebody had to look at the tab. */
  readonly looked: boolean
  readonly violations: readonly string[]
}

/** Each page against a fresh load of the session that it shows. */
export async function compareAll(lane: Lane, mayKeepMore: boolean): Promise<Agreement[]> {
  const { watchers } = lane
  const found = new Map(
    watchers.map((watcher) => [watcher, { agreedAt: 0, looked: false, violations: [] as string[] }]),
  )
  const pages = watchers.flatMap((watcher) => watcher.pages.map((page) => ({ watcher, page })))
  const places = new Set(pages.map(({ page }) => sessionIn(page)))
  for (const place of places) {
    await loadFresh(lane.fresh, lane.freshUrlOf(place))
    const freshly = makeShared(() => viewOf(lane.fresh))
    await Promise.all(
      pages
        .filter(({ page }) => sessionIn(page) === place)
        .map(async ({ watcher, page }) => {
          const { violation, looked } = await untilEqual(page, freshly, mayKeepMore)
          const entry = found.get(watcher)
          if (!entry) return
          if (violation) entry.violations.push(violation)
          entry.agreedAt = Date.now()
          entry.looked ||= looked
        }),
    )
  }
  return [...found].map(([watcher, entry]) => ({ watcher, ...entry }))
}

async function loadFresh(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await lookUntilAtRest(page, 200, 30_000)
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

interface Outcome {
  readonly violation?: string
  readonly looked: boolean
}

/** `mayKeepMore`: a server that was killed has lost the text that it was writing, and the page is right to keep it. */
async function untilEqual(
  page: Page,
  freshly: () => Promise<PageView>,
  mayKeepMore: boolean,
): Promise<Outcome> {
  const began = Date.now()
  let looked = false
  while (true) {
    const wanted = await freshly()
    const shown = await lookUntilShown(page, wanted.lines, lookMs)
    const equal = isEqual(shown, wanted)
    const same = equal || (mayKeepMore && keepsMore(shown.lines, wanted.lines))
    // The fresh load goes on living too: both must be so at the same time.
    if (same && shown.live && shown.atEnd && isEqual(await freshly(), wanted)) {
      if (!(await isSameDocument(page))) return { violation: "the page was loaded anew", looked }
      // From here on it has to be equal again.
      if (!equal) await loadAnew(page)
      return { looked }
    }
    const waited = Date.now() - began
    if (waited > patienceMs) return { violation: sentenceOn(shown, wanted, same), looked }
    if (shown.live || looked || waited < lookAfterMs) continue
    looked = true
    await lookAt(page)
  }
}

const isEqual = (one: PageView, other: PageView) => one.lines.join("\n") === other.lines.join("\n")

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
