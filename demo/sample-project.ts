// A small git project with one failing test, so that the demo's agent has something real to repair.
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const files = {
  "README.md": "# Greeting\n\nOne function and its test. Run `bun test`.\n",
  "greeting.ts": `export function greeting(name: string): string {
  return \`Hello \${name}\`
}
`,
  "greeting.test.ts": `import { expect, test } from "bun:test"
import { greeting } from "./greeting.ts"

test("greets with a comma", () => {
  expect(greeting("Ada")).toBe("Hello, Ada")
})
`,
}

export function makeSampleProject(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  const author = ["-c", "user.name=Sandbar", "-c", "user.email=sandbar@localhost"]
  for (const args of [
    ["init", "--quiet"],
    ["add", "."],
    [...author, "commit", "--quiet", "-m", "A greeting"],
  ]) {
    // Without git the demo still works; OpenCode then shows no diff of the whole session.
    if (spawnSync("git", args, { cwd: directory, env, stdio: "ignore" }).status !== 0) return
  }
}
