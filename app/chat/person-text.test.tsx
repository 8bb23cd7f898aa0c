import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import { PersonText } from "./person-text.tsx"

afterEach(cleanup)

test("a very long prompt is folded, says how long it is, and opens", () => {
  const text = Array.from({ length: 1200 }, (_, index) => `line ${index}`).join("\n")
  render(() => <PersonText text={text} />)
  expect(screen.getByText(/^line 0/).textContent).not.toContain("line 12")
  fireEvent.click(screen.getByRole("button", { name: "Show all 1,200 lines" }))
  expect(screen.getByText(/^line 0/).textContent).toBe(text)
  fireEvent.click(screen.getByRole("button", { name: "Show less" }))
  expect(screen.getByText(/^line 0/).textContent).not.toContain("line 12")
})

test("one endless line is folded too, an ordinary prompt is not", () => {
  render(() => <PersonText text={"x".repeat(5000)} />)
  expect(screen.getByRole("button", { name: "Show all 5,000 characters" })).toBeTruthy()
  cleanup()
  render(() => <PersonText text={Array(20).fill("line").join("\n")} />)
  expect(screen.queryByRole("button")).toBeNull()
})
