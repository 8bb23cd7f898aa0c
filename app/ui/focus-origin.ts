/**
 * What had the focus when something modal opened, for handing it back. An item of a menu is gone by then: its
 * menu's button stands in for it.
 */
export function focusOrigin(): HTMLElement | undefined {
  const focused = document.activeElement
  const menu = focused?.closest("[role=menu]")
  const trigger = menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "")
  const origin = trigger ?? focused
  return origin instanceof HTMLElement && origin !== document.body ? origin : undefined
}
