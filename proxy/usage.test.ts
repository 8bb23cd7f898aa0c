import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { testMachine } from "../tests/wire/start-proxy.ts"
import { readConfig, variables } from "./config.ts"
import { usage } from "./usage.ts"

test("--help lists every variable that is read, with its default", () => {
  for (const name of Object.keys(variables)) expect(usage()).toContain(`  ${name} `)
  expect(usage()).toContain("(*.svc.cluster.local)")
  expect(usage()).not.toContain("=>")
})

test("the README lists every variable, and what it tells people to type is valid", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8")
  for (const name of Object.keys(variables)) expect(readme).toContain(`\`${name}\``)
  const examples = [...readme.matchAll(/^([A-Z_]+)='([^']+)' npm run serve$/gm)]
  expect(examples).not.toEqual([])
  for (const [, name = "", value] of examples)
    expect(readConfig({ [name]: value }, testMachine)).toMatchObject({ ok: true })
})
