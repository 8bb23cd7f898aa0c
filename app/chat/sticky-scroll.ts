// Keeps a growing list at its end until the person scrolls up, and in place when something grows above.
import { createEffect, createSignal, onCleanup } from "solid-js"

/** Closer to the end than this counts as being there. */
const nearPx = 32

export type StickyScroll = {
  /** The scrolling element and what grows inside it. */
  scroller: (element: HTMLElement) => void
  content: (element: HTMLElement) => void
  stuck: () => boolean
  toEnd: () => void
  /** Runs `change` and keeps what the person looks at where it is. `anchor`: something that stays. */
  holdPlace: (anchor: () => Element | null | undefined, change: () => Promise<void>) => Promise<void>
}

export function createStickyScroll(): StickyScroll {
  const [scroller, setScroller] = createSignal<HTMLElement>()
  const [content, setContent] = createSignal<HTMLElement>()
  const [stuck, setStuck] = createSignal(true)
  let lastTop = 0

  const toEnd = () => {
    const element = scroller()
    if (!element) return
    setStuck(true)
    element.scrollTop = element.scrollHeight
    lastTop = element.scrollTop
  }

  createEffect(() => {
    const element = scroller()
    if (!element) return
    const onScroll = () => {
      const left = element.scrollHeight - element.clientHeight - element.scrollTop
      // Content that grew between two frames is not the person's doing: only going up lets go.
      if (left <= nearPx) setStuck(true)
      else if (element.scrollTop < lastTop) setStuck(false)
      lastTop = element.scrollTop
    }
    element.addEventListener("scroll", onScroll, { passive: true })
    onCleanup(() => element.removeEventListener("scroll", onScroll))
  })

  createEffect(() => {
    const [outer, inner] = [scroller(), content()]
    if (!outer || !inner) return
    const observer = new ResizeObserver(() => stuck() && toEnd())
    observer.observe(outer)
    observer.observe(inner)
    onCleanup(() => observer.disconnect())
  })

  return {
    scroller: setScroller,
    content: setContent,
    stuck,
    toEnd,
    async holdPlace(anchor, change) {
      const mark = anchor()
      const before = mark?.getBoundingClientRect().top
      await change()
      const element = scroller()
      if (!element || !mark?.isConnected || before === undefined) return
      element.scrollTop += mark.getBoundingClientRect().top - before
      lastTop = element.scrollTop
    },
  }
}
