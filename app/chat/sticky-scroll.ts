// Keeps a growing list at its end until the person scrolls up, and in place when something grows above.
import { createEffect, createSignal, onCleanup } from "solid-js"

/** Closer to the end than this counts as being there. */
const nearPx = 32
/** What scrolls so soon after a person touched the list is the person. */
const handMs = 1_000

export type StickyScroll = {
  /** The scrolling element and what grows inside it. */
  scroller: (element: HTMLElement) => void
  content: (element: HTMLElement) => void
  stuck: () => boolean
  toEnd: () => void
  /** Runs `change` and keeps what the person looks at where it is. `anchor`: something that stays. */
  holdPlace: (anchor: () => Element | null | undefined, change: () => Promise<void>) => Promise<void>
}

/** `now`: milliseconds. */
export function createStickyScroll(now: () => number = () => performance.now()): StickyScroll {
  const [scroller, setScroller] = createSignal<HTMLElement>()
  const [content, setContent] = createSignal<HTMLElement>()
  const [stuck, setStuck] = createSignal(true)
  let last = { top: 0, height: 0, shown: 0 }

  const remember = (element: HTMLElement) => {
    last = { top: element.scrollTop, height: element.scrollHeight, shown: element.clientHeight }
  }
  const toEnd = () => {
    const element = scroller()
    if (!element) return
    setStuck(true)
    element.scrollTop = element.scrollHeight
    remember(element)
  }

  createEffect(() => {
    const element = scroller()
    if (!element) return
    const hand = watchHand(element, now)
    /**
     * Content that grew between two frames is not the person's doing: only going up lets go. Where there was less for
     * a moment (`reshaped`), the browser itself went up, and a list that was at its end goes back there. But a
     * person may scroll without touching anything (a search, a screen reader): what did not change its shape lets go.
     */
    const look = (reshaped: boolean) => {
      const isHeld = reshaped && !hand.isOn()
      if (distanceToEnd(element) <= nearPx) setStuck(true)
      else if (element.scrollTop < last.top && !isHeld) setStuck(false)
      // As large as before again, it is not observed to have changed its size.
      else if (stuck()) toEnd()
      remember(element)
    }
    const onScroll = () => look(element.scrollHeight !== last.height || element.clientHeight !== last.shown)
    element.addEventListener("scroll", onScroll, { passive: true })
    // As soon as there is less, not when the browser says that it scrolled: by then there may be as much as before.
    const observer = new MutationObserver(() => stuck() && element.scrollTop < last.top && look(true))
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    onCleanup(() => {
      element.removeEventListener("scroll", onScroll)
      observer.disconnect()
      hand.stop()
    })
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
      remember(element)
    },
  }
}

function distanceToEnd(element: HTMLElement): number {
  return element.scrollHeight - element.clientHeight - element.scrollTop
}

/** Whether a person just did something that scrolls: turned a wheel, swiped, pulled the scrollbar, pressed a key. */
function watchHand(element: HTMLElement, now: () => number): { isOn: () => boolean; stop: () => void } {
  const events = ["wheel", "touchmove", "pointerdown", "keydown"]
  let at = Number.NEGATIVE_INFINITY
  let pressed = false
  const onHand = (event: Event) => {
    at = now()
    if (event.type === "pointerdown") pressed = true
  }
  // A scrollbar may be held for long, and let go anywhere.
  const onRelease = () => {
    pressed = false
  }
  const releases = ["pointerup", "pointercancel"]
  for (const type of events) element.addEventListener(type, onHand, { passive: true })
  for (const type of releases) document.addEventListener(type, onRelease)
  return {
    isOn: () => pressed || now() - at < handMs,
    stop() {
      for (const type of events) element.removeEventListener(type, onHand)
      for (const type of releases) document.removeEventListener(type, onRelease)
    },
  }
}
