// How much of a box a person has not scrolled to yet, so that nobody allows what they could not see.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"

export type Unread = {
  /** The scrolling element. */
  box: (element: HTMLElement) => void
  /** Lines below the lower edge right now, wrapped ones counted as they are drawn. */
  below: Accessor<number>
  /** There are such lines, and the last one has not been in sight since `text` changed. */
  unseen: Accessor<boolean>
  /** One box further down. */
  readOn: () => void
}

export function createUnread(text: Accessor<string>): Unread {
  const [box, setBox] = createSignal<HTMLElement>()
  const [below, setBelow] = createSignal(0)
  const [ended, setEnded] = createSignal(false)

  const measure = () => {
    const element = box()
    if (!element) return
    const line = lineHeightOf(element)
    const left = element.scrollHeight - element.clientHeight - element.scrollTop
    // Less than half a line is the padding.
    const lines = left < line / 2 ? 0 : Math.max(1, Math.round(left / line))
    setBelow(lines)
    // A box without a height shows nothing yet, not even the end.
    if (lines === 0 && element.clientHeight > 0) setEnded(true)
  }

  createEffect(
    on([box, text], ([element]) => {
      if (!element) return
      element.scrollTop = 0
      setEnded(false)
      measure()
      // A narrower box has more lines.
      const observer = new ResizeObserver(measure)
      observer.observe(element)
      element.addEventListener("scroll", measure, { passive: true })
      onCleanup(() => {
        observer.disconnect()
        element.removeEventListener("scroll", measure)
      })
    }),
  )

  return {
    box: setBox,
    below,
    unseen: () => below() > 0 && !ended(),
    readOn() {
      const element = box()
      // One line stays, to find the place again.
      if (element) element.scrollTop += Math.max(1, element.clientHeight - lineHeightOf(element))
    },
  }
}

/** Where the browser does not say ("normal"), lines are about this high. */
const usualLinePx = 20

function lineHeightOf(element: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(element).lineHeight) || usualLinePx
}
