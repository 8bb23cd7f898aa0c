import { render } from "@solidjs/testing-library"
import { expect, test } from "vitest"
import { defineContext } from "./define-context.ts"

const [FruitProvider, useFruit] = defineContext<string>("FruitProvider")
const Show = () => <p>{useFruit()}</p>

test("what the provider holds reaches the component below", () => {
  const { container } = render(() => (
    <FruitProvider value="pear">
      <Show />
    </FruitProvider>
  ))
  expect(container.textContent).toBe("pear")
})

test("a missing provider is named", () => {
  expect(() => render(() => <Show />)).toThrow("FruitProvider is missing")
})
