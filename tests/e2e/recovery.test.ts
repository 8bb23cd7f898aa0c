// A server that dies under the page and comes back: the page says so, recovers without a reload, and nothing is missing.
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import type { OpenCode } from "../fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, untilIdle, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
let port: number
let home: TempHome
let server: OpenCode
beforeAll(async () => {
  port = await findQuietPort()
  home = makeTempHome("mortal")
  const url = `http://127.0.0.1:${port}`
  stage = await openStage({
    settings: { SANDBAR_DRIVER: "none", SANDBAR_ALLOWED_TARGETS: url, SANDBAR_SERVERS: `Mortal=${url}` },
  })
  stage.defer(home.remove)
  server = await stage.otherServer({ port, home })
})
afterAll(() => stage.stop())

test("dot and link change within 15 s of a crash; after the restart the missed answer is there", async () => {
  await story(
    stage,
    async (page) => {
      await untilLive(page)
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      await prompt(page, "think before the crash")
      await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
      await untilIdle(page)
      const session = /ses_\w+/.exec(page.url())?.[0]

      server.child.signal("SIGKILL")
      await server.child.exited
      const crashed = Date.now()
      await page.getByRole("img", { name: /^Link (?:retrying|offline|refused)/ }).waitFor({ timeout: 15_000 })
      await page
        .getByRole("banner")
        .getByRole("img", { name: "Healthy" })
        .waitFor({ state: "detached", timeout: 15_000 })
      expect(Date.now() - crashed).toBeLessThan(15_000)
      // What was on the screen stays there.
      expect(await answer(page).textContent()).toContain("the short way")

      server = await stage.otherServer({ port, home })
      // Somebody else goes on in the same session before this page is back.
      const asked = await fetch(`${server.url}/session/${session}/prompt_async`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ parts: [{ type: "text", text: "markdown from elsewhere" }] }),
      })
      expect(asked.status).toBe(204)

      await page.getByRole("img", { name: "Link live" }).waitFor({ timeout: 40_000 })
      await answer(page).getByText("one token ahead").waitFor({ timeout: 30_000 })
      await page.getByText("markdown from elsewhere").waitFor()
      expect(await page.getByRole("article", { name: "You" }).count()).toBe(2)
      await page.getByRole("banner").getByRole("img", { name: "Healthy" }).waitFor({ timeout: 15_000 })
      await prompt(page, "think once more")
      await answer(page).getByText("the short way").waitFor({ timeout: 30_000 })
      expect(await page.evaluate(() => "sameDocument" in window)).toBe(true)
    },
    { path: `s/127.0.0.1:${port}/` },
  )
})
