// A tab is open for days: no store, listener or node of a server outlives its visit.
import type { CDPSession, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
let other: string
beforeAll(async () => {
  const port = await findQuietPort()
  const url = `http://127.0.0.1:${port}`
  other = `s/127.0.0.1:${port}/`
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: url, SANDBAR_SERVERS: `Other=${url}` } })
  await stage.otherServer({ port })
})
afterAll(() => stage.stop())

type Weight = { heapKb: number; listeners: number; nodes: number }

async function weigh(cdp: CDPSession): Promise<Weight> {
  for (let round = 0; round < 3; round++) await cdp.send("HeapProfiler.collectGarbage")
  const { usedSize } = await cdp.send("Runtime.getHeapUsage")
  const { metrics } = await cdp.send("Performance.getMetrics")
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN
  return { heapKb: usedSize / 1024, listeners: metric("JSEventListeners"), nodes: metric("Nodes") }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number

/** As a click on a link does it; live on the server that the address names. */
async function goTo(page: Page, path: string, words: string): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(null, "", path)
    dispatchEvent(new PopStateEvent("popstate"))
  }, new URL(path, stage.url).pathname)
  await page.getByRole("main").getByText(words).first().waitFor()
  await page.getByRole("img", { name: "Link live" }).waitFor()
}

async function startSession(page: Page, words: string): Promise<string> {
  await prompt(page, words)
  await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
  await untilIdle(page)
  return new URL(page.url()).pathname
}

test("two hundred switches between two servers leave the heap, the listeners and the nodes as they were", async () => {
  await story(stage, async (page, { context }) => {
    await untilLive(page)
    const first = await startSession(page, "think of the first")
    await page.goto(stage.url + other)
    await untilLive(page)
    const second = await startSession(page, "think of the second")
    const cdp = await context.newCDPSession(page)
    await cdp.send("Performance.enable")
    const weights: Weight[] = []
    for (let round = 0; round < 100; round++) {
      await goTo(page, first, "think of the first")
      await goTo(page, second, "think of the second")
      if (round % 5 === 4) weights.push(await weigh(cdp))
    }
    // The first rounds load what stays: chunks, fonts, compiled code.
    const [early, late] = [weights.slice(2, 9), weights.slice(-7)]
    const growth = (pick: (weight: Weight) => number) => median(late.map(pick)) - median(early.map(pick))
    const grown = {
      heapKb: Math.round(growth((one) => one.heapKb)),
      listeners: growth((one) => one.listeners),
      nodes: growth((one) => one.nodes),
    }
    const last = weights.at(-1) as Weight
    process.stdout.write(`after 200 switches: ${JSON.stringify(last)}; grown by ${JSON.stringify(grown)}\n`)
    // About 120 switches lie between the two: one store kept in each would be tens of kilobytes, one listener 120.
    expect(grown.listeners).toBeLessThan(30)
    expect(grown.nodes).toBeLessThan(300)
    expect(grown.heapKb).toBeLessThan(1_500)
  })
}, 240_000)
