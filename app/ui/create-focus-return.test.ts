import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createFocusReturn } from "./create-focus-return.ts"

const get = (id: string) => document.getElementById(id) as HTMLElement
/** What Kobalte dispatches when its focus scope ends. */
const scopeEnds = () => new Event("unmount", { cancelable: true })
let end: () => void = () => undefined

function make() {
  const [open, setOpen] = createSignal(false)
  const leave = createRoot((dispose) => {
    end = dispose
    return createFocusReturn(open, () => get("fallback"))
  })
  return { leave, setOpen }
}

beforeEach(() => {
  document.body.innerHTML = `
    <button id="opener">Open</button>
    <button id="fallback">Fallback</button>
    <input id="inside" />
    <div role="menu" aria-labelledby="opener"><div id="item" role="menuitem" tabindex="-1">Edit</div></div>`
})
afterEach(() => end())

test("the focus goes back to where it came from", () => {
  const { leave, setOpen } = make()
  get("opener").focus()
  setOpen(true)
  get("inside").focus()
  setOpen(false)
  leave(scopeEnds())
  expect(document.activeElement).toBe(get("opener"))
})

test("a scope that ends while the dialog is open takes the focus from nobody", () => {
  const { leave, setOpen } = make()
  get("opener").focus()
  setOpen(true)
  get("inside").focus()
  leave(scopeEnds())
  expect(document.activeElement).toBe(get("inside"))
})

test("a dialog that is torn down while it is open gives the focus back too", () => {
  const { leave, setOpen } = make()
  get("opener").focus()
  setOpen(true)
  get("inside").focus()
  end()
  leave(scopeEnds())
  expect(document.activeElement).toBe(get("opener"))
})

test("opened from a menu, the focus goes back to the menu's button", () => {
  const { leave, setOpen } = make()
  get("item").focus()
  setOpen(true)
  setOpen(false)
  leave(scopeEnds())
  expect(document.activeElement).toBe(get("opener"))
})

test("where the origin is gone, the fallback has the focus", () => {
  const { leave, setOpen } = make()
  get("opener").focus()
  setOpen(true)
  get("opener").remove()
  setOpen(false)
  leave(scopeEnds())
  expect(document.activeElement).toBe(get("fallback"))
})
