import { cleanup, screen, waitFor } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { aSandbox, makeSandboxApi, startMs } from "../../tests/fakes/sandbox-api.ts"
import { renderWithSandboxes } from "../../tests/fakes/with-sandboxes.tsx"
import { SandboxFacts } from "./sandbox-facts.tsx"

afterEach(cleanup)

/** With what is said of it once the templates are known. */
async function show(more: Partial<Sandbox>, title: string): Promise<Map<string, string>> {
  const sandbox = aSandbox(more)
  renderWithSandboxes(makeSandboxApi({ sandboxes: [sandbox] }), () => (
    <SandboxFacts sandbox={sandbox} now={startMs} />
  ))
  await waitFor(() => expect(screen.getByText(title)).toBeTruthy())
  const rows = [...document.querySelectorAll("dl > div")]
  return new Map(
    rows.map((row) => [
      row.querySelector("dt")?.textContent ?? "",
      row.querySelector("dd")?.textContent ?? "",
    ]),
  )
}

test("where nobody measures what it uses, it still says what it may use", async () => {
  const facts = await show({}, "Small")
  expect(facts.get("May use")).toBe("1 CPU · 2 GiB memory")
  expect(facts.has("In use")).toBe(false)
})

test("what it uses stands beside what it may use", async () => {
  const usage = { cpu: 0.42, memoryBytes: 412 * 2 ** 20, memoryLimitBytes: 2 * 2 ** 30 }
  const facts = await show({ usage }, "Small")
  expect(facts.get("In use")).toBe("0.4 CPUs · 412 MiB of 2.0 GiB")
  expect(facts.get("May use")).toBe("1 CPU · 2 GiB memory")
})

test("of a template without limits, nothing is promised", async () => {
  expect((await show({ template: "large" }, "Large")).has("May use")).toBe(false)
})
