import { createRoot } from "solid-js"
import { expect, test, vi } from "vitest"
import { createAnswering } from "./answering.ts"

test("an answer that is on its way is not sent twice, and a later one can be", async () => {
  const { answer, busy } = createRoot(() => createAnswering())
  const reply = vi.fn(async () => undefined)
  const first = answer(reply)
  expect(busy()).toBe(true)
  await answer(reply)
  await first
  expect(reply).toHaveBeenCalledTimes(1)
  await answer(reply)
  expect(reply).toHaveBeenCalledTimes(2)
})
