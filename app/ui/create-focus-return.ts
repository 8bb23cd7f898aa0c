import { type Accessor, createComputed, onCleanup } from "solid-js"

/**
 * Hands the focus back when something modal closes: to where it came from, or to `fallback` when that place is
 * gone. Returns the handler for Kobalte's `onCloseAutoFocus`.
 */
export function createFocusReturn(
  open: Accessor<boolean>,
  fallback?: () => HTMLElement | null | undefined,
): (event: Event) => void {
  let origin: HTMLElement | undefined
  let disposed = false
  createComputed(() => {
    if (open()) origin = focusOrigin()
  })
  onCleanup(() => {
    disposed = true
  })
  return (event) => {
    event.preventDefault()
    // Kobalte's focus scope also ends and starts anew while a second opening mounts; nothing has closed then.
    if (open() && !disposed) return
    const target = origin?.isConnected ? origin : fallback?.()
    target?.focus({ preventScroll: true })
  }
}

/** What has the focus now. An item of a menu is gone soon: its menu's button stands in for it. */
function focusOrigin(): HTMLElement | undefined {
  const focused = document.activeElement
  const menu = focused?.closest("[role=menu]")
  const trigger = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "")
  const origin = trigger ?? focused
  return origin instanceof HTMLElement && origin !== document.body ? origin : undefined
}
