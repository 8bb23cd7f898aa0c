import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, expect, test, vi } from "vitest"
import { OptionList } from "./option-list.tsx"
import { Select } from "./select.tsx"

const few = ["build", "plan", "review"].map((value) => ({ value, label: value }))
const many = Array.from({ length: 30 }, (_, n) => ({
  value: `m${n}`,
  label: `Model ${n}`,
  description: n === 7 ? "Acme" : "Other",
}))
const settle = () => new Promise((resolve) => setTimeout(resolve, 30))
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })
const active = () => document.querySelector("[data-active] .option-label")?.textContent

afterEach(async () => {
  cleanup()
  await settle()
})

test("the button says what is chosen, and what the choice is about", () => {
  render(() => <Select label="Agent" options={few} value="plan" onChange={vi.fn()} />)
  expect(screen.getByRole("button", { name: "Agent: plan" })).toBeTruthy()
})

test("choosing closes the list and reports only a change", async () => {
  const onChange = vi.fn()
  render(() => <Select label="Agent" options={few} value="plan" onChange={onChange} />)
  for (const option of ["plan", "review"]) {
    fireEvent.click(screen.getByRole("button", { name: "Agent: plan" }))
    await settle()
    fireEvent.click(screen.getByRole("option", { name: option }))
    await settle()
    expect(screen.queryByRole("listbox")).toBeNull()
  }
  expect(onChange.mock.calls).toEqual([["review"]])
})

test("a short list is walked with the arrows, starting at what is chosen", async () => {
  const onChoose = vi.fn()
  render(() => <OptionList label="Agent" options={few} value="plan" onChoose={onChoose} />)
  await settle()
  expect(active()).toBe("plan")
  press("ArrowDown")
  press("ArrowDown")
  expect(active()).toBe("review")
  press("Home")
  press("Enter")
  expect(onChoose).toHaveBeenCalledExactlyOnceWith("build")
})

test("the focus holder names the active option for screen readers", async () => {
  render(() => <OptionList label="Agent" options={few} value="plan" onChoose={vi.fn()} />)
  await settle()
  const id = document.activeElement?.getAttribute("aria-activedescendant") ?? ""
  expect(document.getElementById(id)?.textContent).toContain("plan")
})

test("a long list can be searched, also by description", async () => {
  const onChoose = vi.fn()
  render(() => <OptionList label="Model" options={many} value="m3" onChoose={onChoose} />)
  await settle()
  const search = screen.getByRole("combobox", { name: "Search model" })
  expect(document.activeElement).toBe(search)
  fireEvent.input(search, { target: { value: "acme mod" } })
  expect(screen.getAllByRole("option").map((option) => option.id && active())).toEqual(["Model 7"])
  press("Enter")
  expect(onChoose).toHaveBeenCalledExactlyOnceWith("m7")
})

test("a search without a match says so and Enter chooses nothing", async () => {
  const onChoose = vi.fn()
  render(() => <OptionList label="Model" options={many} value="m3" onChoose={onChoose} />)
  await settle()
  fireEvent.input(screen.getByRole("combobox"), { target: { value: "zzz" } })
  expect(document.body.textContent).toContain("Nothing matches “zzz”")
  press("Enter")
  expect(onChoose).not.toHaveBeenCalled()
})
