import { onCleanup } from "solid-js"

/** When this goes away with the focus in it, the keyboard goes on from the page around it, not from nowhere. */
export function keepFocus(element: HTMLElement): void {
  onCleanup(() => {
    if (element.contains(document.activeElement)) focusMain(element)
  })
}

/** For a button that goes away by what it does. */
export function focusMain(from: Element): void {
  from.closest<HTMLElement>("main")?.focus({ preventScroll: true })
}
