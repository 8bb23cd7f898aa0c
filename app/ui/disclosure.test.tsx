import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, expect, test } from "vitest"
import { Disclosure } from "./disclosure.tsx"

afterEach(cleanup)

test("what is folded is not built; the button says whether it is open", () => {
  let built = 0
  const Content = () => {
    built += 1
    return <p>Output</p>
  }
  render(() => (
    <Disclosure summary="bash">
      <Content />
    </Disclosure>
  ))
  const button = screen.getByRole("button", { name: "bash" })
  expect([button.getAttribute("aria-expanded"), built]).toEqual(["false", 0])
  fireEvent.click(button)
  expect([button.getAttribute("aria-expanded"), built]).toEqual(["true", 1])
  expect(document.getElementById(button.getAttribute("aria-controls") ?? "")?.textContent).toBe("Output")
})

test("it can open by itself, until the person has decided", () => {
  const [failed, setFailed] = createSignal(false)
  render(() => (
    <Disclosure summary="bash" open={failed()}>
      Output
    </Disclosure>
  ))
  const button = screen.getByRole("button")
  setFailed(true)
  expect(button.getAttribute("aria-expanded")).toBe("true")
  fireEvent.click(button)
  expect(button.getAttribute("aria-expanded")).toBe("false")
})
