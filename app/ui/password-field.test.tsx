import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, expect, test } from "vitest"
import { PasswordField } from "./password-field.tsx"

afterEach(cleanup)

function show() {
  const [value, setValue] = createSignal("hunter2")
  const [sealed, setSealed] = createSignal(false)
  render(() => (
    <form>
      <PasswordField
        label="Password"
        name="password"
        autocomplete="current-password"
        value={value()}
        onInput={setValue}
        sealed={sealed()}
      />
    </form>
  ))
  return { setSealed }
}
const field = () => screen.getByLabelText<HTMLInputElement>("Password")
const button = () => screen.getByRole("button", { name: "Show password" })

test("a password is hidden until its button is pressed, and hidden again after the next press", () => {
  show()
  expect([field().type, button().getAttribute("aria-pressed")]).toEqual(["password", "false"])
  fireEvent.click(button())
  expect([field().type, button().getAttribute("aria-pressed")]).toEqual(["text", "true"])
  fireEvent.click(button())
  expect([field().type, button().getAttribute("aria-pressed")]).toEqual(["password", "false"])
})

test("the field stays the same one, with its text, for the person and for a password manager", () => {
  show()
  const before = field()
  fireEvent.click(button())
  expect(field()).toBe(before)
  expect([before.value, before.name, before.autocomplete]).toEqual([
    "hunter2",
    "password",
    "current-password",
  ])
})

test("the button sends no form", () => {
  show()
  expect((button() as HTMLButtonElement).type).toBe("button")
})

test("a shown password is sent to no spelling service (spell-jacking)", () => {
  show()
  fireEvent.click(button())
  expect(field().getAttribute("spellcheck")).toBe("false")
})

test("one that was put there earlier is not shown, also when another was shown before (somebody else at the same browser)", () => {
  const { setSealed } = show()
  fireEvent.click(button())
  setSealed(true)
  expect(field().type).toBe("password")
  expect(screen.queryByRole("button")).toBeNull()
})
