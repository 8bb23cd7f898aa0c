// One tooltip for the whole page. A list of two hundred rows would otherwise own two hundred of them.
import { createSignal, onCleanup, onMount } from "solid-js"
import "./tooltips.css"

const showAfterMs = 450
const gap = 6

/**
 * Shows `data-tooltip` of whatever is hovered or focused by keyboard. The text repeats the accessible name,
 * so it is hidden from screen readers. Escape hides it (WCAG 1.4.13).
 */
export function Tooltips() {
  const [text, setText] = createSignal("")
  let bubble: HTMLDivElement | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let owner: Element | undefined

  // What goes away under the pointer tells nobody that it was left.
  const removals = new MutationObserver(() => {
    if (!owner?.isConnected) hide()
  })
  const hide = () => {
    clearTimeout(timer)
    removals.disconnect()
    owner = undefined
    if (text() === "") return
    setText("")
    bubble?.hidePopover?.()
  }
  const show = (target: Element) => {
    setText(target.getAttribute("data-tooltip") ?? "")
    if (!bubble || text() === "") return
    bubble.showPopover?.()
    place(bubble, target.getBoundingClientRect())
  }
  const consider = (event: Event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-tooltip]") : null
    if (target === owner) return
    hide()
    if (!target || (event.type === "focusin" && !target.matches(":focus-visible"))) return
    owner = target
    removals.observe(document.body, { childList: true, subtree: true })
    timer = setTimeout(() => show(target), event.type === "focusin" ? 0 : showAfterMs)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") hide()
  }
  // A finger has no hover; a long press would leave the tooltip standing.
  const onPointerOver = (event: PointerEvent) => {
    if (event.pointerType !== "touch") consider(event)
  }

  onMount(() => {
    const ending = new AbortController()
    const options = { signal: ending.signal, capture: true }
    document.addEventListener("pointerover", onPointerOver, options)
    document.addEventListener("focusin", consider, options)
    document.addEventListener("pointerdown", hide, options)
    document.addEventListener("scroll", hide, options)
    document.addEventListener("keydown", onKey, options)
    onCleanup(() => {
      ending.abort()
      removals.disconnect()
      clearTimeout(timer)
    })
  })

  return (
    <div class="tooltip" popover="manual" aria-hidden="true" ref={bubble}>
      {text()}
    </div>
  )
}

/** Below its owner, or above where there is no room; never over the edge. */
function place(bubble: HTMLElement, owner: DOMRect) {
  const size = bubble.getBoundingClientRect()
  const left = owner.left + owner.width / 2 - size.width / 2
  const below = owner.bottom + gap
  const top = below + size.height > window.innerHeight ? owner.top - gap - size.height : below
  bubble.style.left = `${Math.max(gap, Math.min(left, window.innerWidth - size.width - gap))}px`
  bubble.style.top = `${top}px`
}
