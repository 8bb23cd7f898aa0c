import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, expect, test, vi } from "vitest"
import { Dialog } from "./dialog.tsx"
import { Menu } from "./menu.tsx"
import { Notices, notify } from "./notices.tsx"
import { Select } from "./select.tsx"

// A modal dialog hides what stands outside of it, two ticks after it appeared there.
const hidingIsDone = () => new Promise((resolve) => setTimeout(resolve, 80))

async function show() {
  render(() => (
    <>
      <p>Page</p>
      <Notices />
      <Dialog open onOpenChange={vi.fn()} title="Servers">
        <Menu label="More" trigger="…" items={[{ label: "Edit", onSelect: vi.fn() }]} />
        <Select label="Agent" options={[{ value: "plan", label: "plan" }]} value="plan" onChange={vi.fn()} />
      </Dialog>
    </>
  ))
  await hidingIsDone()
}

afterEach(async () => {
  cleanup()
  await hidingIsDone()
})

test("the page behind a dialog is hidden from screen readers", async () => {
  await show()
  expect(screen.getByText("Page").closest("[aria-hidden=true]")).not.toBeNull()
})

test("a menu that opens inside a dialog stays within reach of screen readers", async () => {
  await show()
  const trigger = screen.getByRole("button", { name: "More" })
  fireEvent.pointerDown(trigger, { button: 0, pointerType: "mouse" })
  fireEvent.click(trigger)
  await hidingIsDone()
  expect(screen.getByRole("menuitem", { name: "Edit" })).toBeTruthy()
})

test("a list that opens inside a dialog stays within reach of screen readers", async () => {
  await show()
  fireEvent.click(screen.getByRole("button", { name: "Agent: plan" }))
  await hidingIsDone()
  expect(screen.getByRole("option", { name: "plan" })).toBeTruthy()
})

test("a notice that appears over a dialog is announced, and its Undo can be reached", async () => {
  await show()
  notify({ text: "Removed.", action: { label: "Undo", run: vi.fn() } })
  await hidingIsDone()
  fireEvent.click(screen.getByRole("button", { name: "Undo" }))
})
