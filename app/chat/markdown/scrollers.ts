// What is wider than the column scrolls inside itself, and the keyboard can reach it: also while it is still written.

const scrolling = "pre, .table-scroller"

/** Puts every table into a box that scrolls, and gives every scrolling box a tab stop. */
export function addScrollers(root: ParentNode): void {
  for (const table of root.querySelectorAll("table")) {
    const box = document.createElement("div")
    box.className = "table-scroller"
    box.setAttribute("role", "region")
    box.setAttribute("aria-label", "Table")
    table.replaceWith(box)
    box.append(table)
  }
  for (const box of root.querySelectorAll<HTMLElement>(scrolling)) box.tabIndex = 0
}

/** Replaces what `root` shows by the same, grown: a box keeps its place, and the focus if it had it. */
export function replaceGrown(root: HTMLElement, grown: DocumentFragment): void {
  const places = [...root.querySelectorAll<HTMLElement>(scrolling)].map((box) => ({
    left: box.scrollLeft,
    top: box.scrollTop,
    focused: document.activeElement === box,
  }))
  root.replaceChildren(grown)
  root.querySelectorAll<HTMLElement>(scrolling).forEach((box, index) => {
    const place = places[index]
    if (!place) return
    if (place.left > 0) box.scrollLeft = place.left
    if (place.top > 0) box.scrollTop = place.top
    if (place.focused) box.focus({ preventScroll: true })
  })
}
