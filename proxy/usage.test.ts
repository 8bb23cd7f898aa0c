import { expect, test } from "vitest"
import { variables } from "./config.ts"
import { usage } from "./usage.ts"

test("--help lists every variable that is read, with its default", () => {
  for (const name of Object.keys(variables)) expect(usage()).toContain(`  ${name} `)
  expect(usage()).toContain("(*.svc.cluster.local)")
  expect(usage()).not.toContain("=>")
})
