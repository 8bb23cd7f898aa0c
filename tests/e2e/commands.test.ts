// The commands of package.json as people run them: they start fast, pass arguments on, and leave nothing behind.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { ensureUi } from "../../scripts/ensure-ui.mjs"
import type { Child } from "../fakes/child.ts"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { opencodeBinary } from "../fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { openBrowser, type TestBrowser } from "./harness/browser.ts"
import { printedUrl, runBootstrap } from "./harness/run-bootstrap.ts"
import { answer, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const model = startModel(testScript)
let browser: TestBrowser
beforeAll(async () => {
  await ensureUi(process.execPath)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await model.stop()
})

let home: TempHome
const children: Child[] = []
beforeEach(() => {
  home = makeTempHome("commands")
})
afterEach(async () => {
  for (const child of children.splice(0)) await child.stop()
  home.remove()
})

function run(args: readonly string[], settings: Record<string, string> = {}): Child {
  const child = runBootstrap(home, args, settings)
  children.push(child)
  return child
}

const visits = (url: string) => ({ visit: (path = "") => browser.visit(url + path) })

/** An `opencode` that leaves its process id behind. */
function markedOpenCode(): { program: string; pid: () => number } {
  const program = join(home.directory, "marked-opencode")
  const file = join(home.directory, "opencode.pid")
  writeFileSync(program, `#!/bin/sh\necho $$ > '${file}'\nexec '${opencodeBinary}' "$@"\n`)
  chmodSync(program, 0o755)
  return { program, pid: () => Number(readFileSync(file, "utf8")) }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false
    throw error
  }
}

async function untilHealthy(url: string): Promise<void> {
  for (const give = Date.now() + 30_000; Date.now() < give; await sleep(100)) {
    const health = await fetch(`${url}api/proxy/global/health`, {
      headers: { "x-target-server": "http://local" },
    })
    if (health.ok) return
  }
  throw new Error("the local server did not get healthy")
}

test("a second start listens in under two seconds", async () => {
  const took: number[] = []
  for (let round = 0; round < 4; round++) {
    const started = Date.now()
    const child = run(["serve"], { SANDBAR_DRIVER: "none" })
    await child.until(printedUrl)
    took.push(Date.now() - started)
    await child.stop()
  }
  // The machine may be busy with something else for a moment, but not in every round.
  expect(Math.min(...took)).toBeLessThan(2_000)
})

test("arguments reach the proxy, its exit code comes back", async () => {
  const help = run(["serve", "--help"])
  expect(await help.exited).toBe(0)
  expect(help.output()).toContain("SANDBAR_ALLOWED_TARGETS")
  const wrong = run(["serve", "--check"], { PORT: "many" })
  expect(await wrong.exited).toBe(1)
  expect(wrong.output()).toMatch(/PORT.*many/)
})

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} to the command ends the proxy and its OpenCode`, async () => {
    const opencode = markedOpenCode()
    const child = run(["serve"], { ...modelSettings(model), SANDBAR_OPENCODE: opencode.program })
    const [url] = await child.until(printedUrl)
    await untilHealthy(url)
    const pid = opencode.pid()
    expect(alive(pid)).toBe(true)

    process.kill(child.pid, signal)
    await child.exited
    expect(alive(pid)).toBe(false)
    await expect(fetch(url)).rejects.toThrow()
  })
}

test("the demo repairs its sample project: reasoning, commands and an edit that ask, an answer", async () => {
  const child = run(["demo"])
  const [url] = await child.until(printedUrl)
  expect(child.output()).toContain("Fix the failing test")
  await story(visits(url), async (page) => {
    await untilLive(page)
    await prompt(page, "Fix the failing test")
    for (const asked of ["bun test", "Hello, $", "bun test"]) {
      await page.getByRole("button", { name: "Once" }).waitFor({ timeout: 30_000 })
      expect(await page.getByRole("main").textContent()).toContain(asked)
      await page.getByRole("button", { name: "Once" }).click()
      await page.getByRole("button", { name: "Once" }).waitFor({ state: "detached" })
    }
    await answer(page).getByText("The tests pass.").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    expect(await page.getByRole("button", { name: /Thought/ }).count()).toBe(1)
    await page
      .getByRole("button", { name: /bun test/ })
      .last()
      .click()
    await page.getByText(/1 pass/).waitFor()
  })
  process.kill(child.pid, "SIGTERM")
  await child.exited
  expect(readdirSync(home.directory).filter((name) => name.startsWith("sandbar-demo-"))).toEqual([])
})

test("dev shows the page from Vite in front of the real proxy, reload included, and ends both", async () => {
  const port = await findQuietPort()
  const child = run(["dev"], { ...modelSettings(model), PORT: String(port) })
  const url = `http://127.0.0.1:${port}/`
  await child.until(/ready in/)
  await story(visits(url), async (page) => {
    await untilLive(page)
    await prompt(page, "think")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await page.reload()
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
  })
  process.kill(child.pid, "SIGTERM")
  await child.exited
  await expect(fetch(url)).rejects.toThrow()
})
