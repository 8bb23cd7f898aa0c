// What a person sees of one page, as lines that two pages can be compared by: the conversation, what waits for an
// answer, the list of sessions, the title. Not the draft, not the state of the link, not what time does to words.
import type { Page } from "playwright-core"

export interface PageView {
  readonly live: boolean
  /** Stands at the end of the conversation, where it was before. */
  readonly atEnd: boolean
  readonly draft: string
  readonly lines: readonly string[]
}

export const viewOf = (page: Page): Promise<PageView> => page.evaluate(readView)

/** Runs in the page, so it can use nothing from outside itself. */
export function readView(): PageView {
  const inline = new Set(["SPAN", "CODE", "STRONG", "EM", "B", "I", "A", "BR", "SMALL"])
  // What only this page knows: its draft, and that its own click did not get through.
  const passedOver = ".composer, .jump-to-latest, .ask-error, svg"
  const marks = ["aria-current", "data-pending", "data-retry", "data-state", "aria-label", "href"]
  const lines: string[] = []
  const wording = (text: string) =>
    text
      .replace(/\s+/g, " ")
      .replace(/\b\d+(?:\.\d+)?\s?(?:ms|s|sec|min|h)\b/g, "<duration>")
      .replace(/\/s\/127\.0\.0\.1:\d+\//g, "/s/<server>/")
      .trim()
  const name = (element: Element) => element.classList[0] ?? element.tagName.toLowerCase()

  const visit = (element: Element): void => {
    if (element.matches(passedOver)) return
    for (const mark of marks) {
      const value = element.getAttribute(mark)
      if (value !== null) lines.push(wording(`${name(element)} [${mark}=${value}]`))
    }
    let text = ""
    const flush = () => {
      if (wording(text) !== "") lines.push(`${name(element)}: ${wording(text)}`)
      text = ""
    }
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += child.textContent ?? ""
      if (!(child instanceof Element)) continue
      const isText = inline.has(child.tagName) && !child.querySelector("p, div, ul, section, pre, button")
      if (isText && !child.matches(passedOver)) text += child.textContent ?? ""
      else {
        flush()
        visit(child)
      }
      if (isText && child.hasAttribute("aria-current")) text += " [current]"
    }
    flush()
  }

  for (const place of [".frame-title", ".frame-main", ".frame-sidebar"]) {
    const found = document.querySelector(place)
    if (found) visit(found)
    else lines.push(`${place} is not there`)
  }
  const scroller = document.querySelector(".timeline-scroller")
  const box = document.querySelector<HTMLTextAreaElement>(".composer textarea, textarea[aria-label='Prompt']")
  return {
    live: document.querySelector("[role=img][aria-label='Link live']") !== null,
    atEnd: !scroller || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40,
    draft: box?.value ?? "",
    lines,
  }
}

/** Remembers every exchange that stands in the conversation now; answers how many. */
export const markShown = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const shown = document.querySelectorAll(".exchange")
    for (const exchange of shown) Object.assign(exchange, { shownBefore: true })
    return shown.length
  })

/** How many of those still stand there. One that was drawn anew was gone for a moment, and its folds are closed. */
export const countKept = (page: Page): Promise<number> =>
  page.evaluate(
    () => [...document.querySelectorAll(".exchange")].filter((exchange) => "shownBefore" in exchange).length,
  )

/** What the app says about a turn, as opposed to what somebody wrote in it. */
const ofTheApp = /^(?:turn|session|ask|frame|load|icon)-/

/** All of the fresh load in its order, and between its lines only text that a fresh load no longer finds. */
export function keepsMore(page: readonly string[], fresh: readonly string[]): boolean {
  let at = 0
  for (const line of page) {
    if (line === fresh[at]) at += 1
    else if (ofTheApp.test(line)) return false
  }
  return at === fresh.length
}

/** The first lines in which two views differ, for people. */
export function differenceOf(page: readonly string[], fresh: readonly string[]): string {
  const missing = fresh.filter((line) => !page.includes(line))
  const more = page.filter((line) => !fresh.includes(line))
  const shown = [
    ...missing.slice(0, 8).map((line) => `  only after a fresh load: ${line.slice(0, 200)}`),
    ...more.slice(0, 8).map((line) => `  only in the page:        ${line.slice(0, 200)}`),
  ]
  return shown.length > 0 ? shown.join("\n") : "  the same lines, in another order or number"
}
