// Going back and forth between two real servers: what was there is there at once, and nothing is left behind.
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, openPicker, prompt, promptBox, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
let port: number
let other: string
beforeAll(async () => {
  port = await findQuietPort()
  const url = `http://127.0.0.1:${port}`
  other = `s/127.0.0.1:${port}/`
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: url, SANDBAR_SERVERS: `Other=${url}` } })
  await stage.otherServer({ port })
})
afterAll(() => stage.stop())

const report = (line: string) => process.stdout.write(`${line}\n`)
const ready = (page: Page) => page.getByRole("button", { name: /^Model: / }).waitFor()
const main = (page: Page) => page.getByRole("main")

async function pick(page: Page, name: RegExp): Promise<void> {
  const dialog = await openPicker(page)
  await dialog.getByRole("link", { name }).click()
}

/** Milliseconds from the click on a server in the picker until `there` holds, as the page itself measures it. */
async function timedPick(page: Page, name: RegExp, there: string): Promise<number> {
  const dialog = await openPicker(page)
  const link = await dialog.getByRole("link", { name }).elementHandle()
  return page.evaluate(
    ([link, there]) =>
      new Promise<number>((resolve) => {
        const started = performance.now()
        const look = () => {
          const shown = document.querySelector("main")?.textContent?.includes(there)
          const usable = document.querySelector("main textarea:not(:disabled)")
          const listed = document.querySelectorAll(".session-link").length > 0
          // Painted, not only in the document.
          if (shown && usable && listed)
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)))
          else requestAnimationFrame(look)
        }
        ;(link as HTMLElement).click()
        look()
      }),
    [link, there] as const,
  )
}

test("switching back shows list, conversation and a usable composer before any server has answered", async () => {
  await story(stage, async (page, { watch }) => {
    await untilLive(page)
    await prompt(page, "think about the first server")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    const first = page.url()
    await pick(page, /Other/)
    await page.waitForURL(`**/${other}`)
    await untilLive(page)

    let held = 0
    let release: (() => void) | undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route("**/api/proxy/**", async (route) => {
      held++
      await released
      // One that was given up meanwhile has nobody to go on for.
      await route.continue().catch(() => undefined)
    })
    await page.goBack()
    await page.waitForURL(first)
    await answer(page).getByText("the short way").waitFor({ timeout: 5_000 })
    await page.getByRole("link", { name: /Think about the first server/ }).waitFor()
    await ready(page)
    await promptBox(page).fill("typed before anything was answered")
    expect(held).toBeGreaterThan(0)
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Think about the first server")
    // An ask of before could be answered by somebody else meanwhile: none is shown from memory.
    expect(await page.getByRole("region", { name: /asks/i }).count()).toBe(0)

    release?.()
    await untilLive(page)
    expect(await promptBox(page).inputValue()).toBe("typed before anything was answered")
    expect(await page.getByRole("article", { name: "You" }).count()).toBe(1)
    expect(watch.faults()).toEqual([])
    await promptBox(page).fill("")
  })
})

test("from the picker to a usable screen takes no round trip", async () => {
  await story(stage, async (page) => {
    await untilLive(page)
    await prompt(page, "think about speed")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    await pick(page, /Other/)
    await page.waitForURL(`**/${other}`)
    await untilLive(page)
    await prompt(page, "think over there")
    await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(page)
    const times: number[] = []
    for (let round = 0; round < 6; round++) {
      times.push(await timedPick(page, /local/, "What should the agent do"))
      await untilLive(page)
      times.push(await timedPick(page, /Other/, "What should the agent do"))
      await untilLive(page)
    }
    report(
      `from the click to a usable screen, ms: ${times
        .map(Math.round)
        .sort((a, b) => a - b)
        .join(" ")}`,
    )
    // Every answer comes five seconds late: whatever waits for one is far above this.
    await page.route("**/api/proxy/**", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      await route.continue().catch(() => undefined)
    })
    const slow = await timedPick(page, /local/, "What should the agent do")
    report(`the same with every answer five seconds late, ms: ${Math.round(slow)}`)
    expect(slow).toBeLessThan(3_000)
    await page.unroute("**/api/proxy/**")
    await untilLive(page)
  })
})

test("two tabs on two servers do not disturb each other", async () => {
  await story(stage, async (page, { context }) => {
    await untilLive(page)
    const tab = await context.newPage()
    await tab.goto(stage.url + other)
    await untilLive(tab)
    await promptBox(page).fill("a draft for the first")
    await promptBox(tab).fill("a draft for the second")
    expect(await promptBox(page).inputValue()).toBe("a draft for the first")

    await prompt(tab, "think in the second tab")
    await answer(tab).getByText("the short way").waitFor({ timeout: 30_000 })
    await untilIdle(tab)
    await tab.getByRole("heading", { level: 1, name: "Think in the second tab" }).waitFor()
    expect(await promptBox(page).inputValue()).toBe("a draft for the first")
    expect(await page.getByRole("link", { name: /Think in the second tab/ }).count()).toBe(0)
    expect(await page.title()).toMatch(/^New session · local/)
    expect(await tab.title()).toMatch(/^Think in the second tab · Other/)

    await tab.getByRole("button", { name: /^Agent: / }).click()
    await tab.getByRole("option", { name: /^plan/ }).click()
    await tab.getByRole("button", { name: "Agent: plan" }).waitFor()
    expect(await page.getByRole("button", { name: "Agent: build" }).count()).toBe(1)

    // A reload keeps each tab where it was.
    await Promise.all([page.reload(), tab.reload()])
    await untilLive(page)
    await untilLive(tab)
    expect(await promptBox(page).inputValue()).toBe("a draft for the first")
    expect(await promptBox(tab).inputValue()).toBe("")
    await tab.getByRole("button", { name: "Agent: plan" }).waitFor()
    expect(await page.getByRole("button", { name: "Agent: build" }).count()).toBe(1)
    expect(await main(page).getByRole("region", { name: "Agent" }).count()).toBe(0)
    await tab.close()
  })
})
