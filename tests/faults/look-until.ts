// Waits for what a page shows inside the page itself, and reads it only after something has changed. Twenty pages that
// are read from outside five times a second would take the processor from what is tried.
import type { Page } from "playwright-core"
import { type PageView, readView } from "./page-view.ts"

/** Until the page shows these lines, with a live link and at its end, or for so long; what it shows then. */
export const lookUntilShown = (page: Page, lines: readonly string[], atMostMs: number): Promise<PageView> =>
  inPage(page, untilShown, { wanted: lines.join("\n"), atMostMs })

/** Until what the page shows has stayed the same for `restMs`, with a live link. */
export const lookUntilAtRest = (page: Page, restMs: number, atMostMs: number): Promise<PageView> =>
  inPage(page, untilAtRest, { restMs, atMostMs })

type Look = () => PageView

/** As text: the content security policy lets no page put a function together, and the debugger may. */
const inPage = <Wish>(page: Page, wait: (look: Look, wish: Wish) => Promise<PageView>, wish: Wish) =>
  page.evaluate<PageView>(`(${wait})(${readView}, ${JSON.stringify(wish)})`)

/** Runs in the page, so it can use nothing from outside itself. */
async function untilShown(
  look: Look,
  { wanted, atMostMs }: { wanted: string; atMostMs: number },
): Promise<PageView> {
  let hasChanged = true
  const observer = new MutationObserver(() => {
    hasChanged = true
  })
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
  const give = Date.now() + atMostMs
  while (Date.now() < give) {
    const view = hasChanged ? look() : undefined
    hasChanged = false
    if (view?.live && view.atEnd && view.lines.join("\n") === wanted) break
    await new Promise((resolve) => setTimeout(resolve, 80))
  }
  observer.disconnect()
  // Scrolling changes no element, so this is a new look in any case.
  return look()
}

/** Runs in the page, too. */
async function untilAtRest(
  look: Look,
  { restMs, atMostMs }: { restMs: number; atMostMs: number },
): Promise<PageView> {
  const give = Date.now() + atMostMs
  let before = look()
  while (Date.now() < give) {
    await new Promise((resolve) => setTimeout(resolve, restMs))
    const now = look()
    const same = now.lines.join("\n") === before.lines.join("\n")
    if (same && now.live && !now.lines.some((line) => line.includes("Loading the conversation"))) return now
    before = now
  }
  throw new Error(`The page does not come to rest:\n${before.lines.join("\n")}`)
}
