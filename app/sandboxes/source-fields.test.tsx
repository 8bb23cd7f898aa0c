import { cleanup, fireEvent, screen } from "@solidjs/testing-library"
import { afterEach, expect, test, vi } from "vitest"
import { makeSandboxApi } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { SpawnForm } from "./spawn-form.tsx"

afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("the directory in which the local server works may be chosen, and it is said that two agents work there", async () => {
  const api = makeSandboxApi()
  api.state.offer = { ...api.state.offer, sharedDirectory: "/home/me/garden" }
  renderWithSandboxes(api, () => <SpawnForm onSpawned={vi.fn()} />)
  fireEvent.click(await screen.findByLabelText("An existing directory"))
  const field = screen.getByLabelText<HTMLInputElement>("Directory")
  const remark = (path: string) => {
    fireEvent.input(field, { target: { value: path } })
    return screen.queryByText("The local server works here too: two agents then change the same files.")
  }
  expect(remark("/home/me/garden")).toBeTruthy()
  expect(remark("/home/me/other")).toBeNull()
  expect(remark(" /home/me/garden/ ")).toBeTruthy()
})
