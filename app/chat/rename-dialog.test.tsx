import { cleanup, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, expect, test } from "vitest"
import { RenameDialog } from "./rename-dialog.tsx"

const settle = () => new Promise((resolve) => setTimeout(resolve, 30))
afterEach(async () => {
  cleanup()
  await settle()
})

test("the name is selected on opening, every time, so that typing replaces it", async () => {
  const [open, setOpen] = createSignal(false)
  render(() => (
    <RenameDialog open={open()} onOpenChange={setOpen} title="Fix the test" rename={async () => undefined} />
  ))
  for (let time = 1; time <= 2; time++) {
    setOpen(true)
    await settle()
    const field = screen.getByLabelText<HTMLInputElement>("Name")
    expect(document.activeElement).toBe(field)
    expect(field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0)).toBe("Fix the test")
    setOpen(false)
    await settle()
  }
})
