import { expect, test } from "vitest"
import { isPickerShortcut } from "./picker-shortcut.ts"

const press = (init: KeyboardEventInit) => new KeyboardEvent("keydown", init)
const s = { key: "s", code: "KeyS", altKey: true }

test("Ctrl+Alt+S opens the picker, Cmd+Option+S on a Mac", () => {
  expect(isPickerShortcut(press({ ...s, ctrlKey: true }), false)).toBe(true)
  expect(isPickerShortcut(press({ ...s, key: "ß", metaKey: true }), true)).toBe(true)
  expect(isPickerShortcut(press({ ...s, ctrlKey: true }), true)).toBe(false)
})

test("AltGr+S stays a letter", () => {
  expect(isPickerShortcut(press({ ...s, key: "ś", ctrlKey: true, modifierAltGraph: true }), false)).toBe(
    false,
  )
})

test.each([
  ["Ctrl+K", { key: "k", code: "KeyK", ctrlKey: true }],
  ["Ctrl+S", { key: "s", code: "KeyS", ctrlKey: true }],
  ["Ctrl+Alt+Shift+S", { ...s, ctrlKey: true, shiftKey: true }],
  ["Alt+S", s],
])("%s is left alone", (_, init) => {
  expect(isPickerShortcut(press(init), false)).toBe(false)
})
