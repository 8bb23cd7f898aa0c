import { fireEvent } from "@solidjs/testing-library"
import { createRoot } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import { createStickyScroll } from "./sticky-scroll.ts"

let end: () => void = () => undefined
beforeEach(stubResizeObserver)
afterEach(() => {
  end()
  vi.unstubAllGlobals()
})

/** A list that shows 500 px, with the one thing of a browser's layout that matters here: it never stands below its end. */
function open(height: number) {
  const outer = document.createElement("div")
  const inner = document.createElement("div")
  outer.append(inner)
  const size = { height, shown: 500, top: 0 }
  const clamp = (top: number) => Math.max(0, Math.min(top, size.height - size.shown))
  Object.defineProperties(outer, {
    scrollHeight: { get: () => size.height },
    clientHeight: { get: () => size.shown },
    scrollTop: {
      get: () => size.top,
      set: (top: number) => {
        size.top = clamp(top)
      },
    },
  })
  let time = 0
  const list = createRoot((dispose) => {
    end = dispose
    const made = createStickyScroll(() => time)
    made.scroller(outer)
    made.content(inner)
    return made
  })
  list.toEnd()
  const layOut = (next: Partial<typeof size>) => {
    Object.assign(size, next)
    size.top = clamp(size.top)
  }
  return {
    list,
    outer,
    layOut,
    /** The content changes, and something has the browser lay it out at once. */
    change(next: number) {
      inner.append("x")
      layOut({ height: next })
    },
    scroll(top = size.top) {
      size.top = clamp(top)
      fireEvent.scroll(outer)
    },
    pass(ms: number) {
      time += ms
    },
  }
}

const changesAreSeen = () => Promise.resolve()

test("content that shrinks and grows again before the browser says that it scrolled stays at its end", async () => {
  const { list, outer, change, scroll } = open(2_000)
  change(1_700)
  await changesAreSeen()
  change(2_000)
  await changesAreSeen()
  scroll()
  expect(list.stuck()).toBe(true)
  expect(outer.scrollTop).toBe(1_500)
})

test("content that is drawn anew in one go stays at its end", async () => {
  const { list, outer, change, scroll } = open(2_000)
  change(1_700)
  change(2_000)
  await changesAreSeen()
  scroll()
  expect(list.stuck()).toBe(true)
  expect(outer.scrollTop).toBe(1_500)
})

test("what stands below the list goes and comes again: the list stays at its end", () => {
  const { list, outer, layOut, scroll } = open(2_000)
  layOut({ shown: 700 })
  layOut({ shown: 450 })
  scroll()
  expect(list.stuck()).toBe(true)
  expect(outer.scrollTop).toBe(1_550)
})

test("a person who scrolls up without touching anything is left there, also while words come", async () => {
  const { list, outer, change, scroll } = open(2_000)
  change(2_040)
  await changesAreSeen()
  list.toEnd()
  scroll(900)
  expect(list.stuck()).toBe(false)
  change(2_080)
  await changesAreSeen()
  expect(outer.scrollTop).toBe(900)
})

test.each(["wheel", "touchmove", "keydown"])(
  "a %s that goes up while words come lets go of the end",
  async (type) => {
    const { list, outer, change, scroll, pass } = open(2_000)
    fireEvent(outer, new Event(type))
    pass(200)
    change(2_040)
    scroll(1_400)
    expect(list.stuck()).toBe(false)
    await changesAreSeen()
    expect(outer.scrollTop).toBe(1_400)
  },
)

test("a scrollbar that is held for long lets go of the end when it is pulled, and no more once it is released", async () => {
  const { list, outer, change, layOut, scroll, pass } = open(2_000)
  fireEvent(outer, new Event("pointerdown"))
  pass(5_000)
  layOut({ height: 2_040 })
  scroll(1_300)
  expect(list.stuck()).toBe(false)
  fireEvent(document, new Event("pointerup"))
  list.toEnd()
  change(1_000)
  change(2_000)
  await changesAreSeen()
  expect(list.stuck()).toBe(true)
})

test("a list that was left stays where it is when there is less of it", async () => {
  const { list, outer, change, scroll } = open(2_000)
  scroll(600)
  change(1_050)
  change(2_000)
  await changesAreSeen()
  scroll()
  expect(list.stuck()).toBe(false)
  expect(outer.scrollTop).toBe(550)
})
