import { cleanup, render } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import { PathLabel } from "./path-label.tsx"

afterEach(cleanup)

test("the name stands apart from its directories, so that it stays when they give way", () => {
  const label = (path: string) => {
    const { container } = render(() => <PathLabel path={path} />)
    return [container.querySelector(".path-name")?.textContent, container.textContent]
  }
  expect(label("src/deep/a.ts")).toEqual(["a.ts", "src/deep/a.ts"])
  expect(label("a.ts")).toEqual(["a.ts", "a.ts"])
})
