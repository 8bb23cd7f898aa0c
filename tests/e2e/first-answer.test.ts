// From the first page to an answer that is read while it is written, wherever Sandbar is hung up.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { plainText } from "../../demo/turns.ts"
import type { Arrangement } from "./harness/gateway.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { answer, prompt, promptBox, untilIdle, untilLive, watchText } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

const places: [string, Arrangement, string][] = [
  ["at the root", "root", "/"],
  ["behind a gateway that keeps the prefix", "keep", "/notebook/team-a/my-nb/"],
  ["behind a gateway that strips the prefix", "strip", "/notebook/team-a/my-nb/"],
  ["behind a trusted gateway that announces the prefix it strips", "announce", "/deep/down/here/"],
]

describe.each(places)("%s", (_where, arrangement, prefix) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({ arrangement, prefix })
  })
  afterAll(() => stage.stop())

  test("a first prompt is answered word by word, and is still there after a reload of its own address", async () => {
    await story(stage, async (page) => {
      await untilLive(page)
      expect(new URL(page.url()).pathname).toBe(`${prefix}s/local/`)

      await prompt(page, "Tell me what this is")
      const seen = await watchText(answer(page), "leaves this machine.")
      await untilIdle(page)
      const growing = seen.filter((text, at) => text.length > 0 && text.length > (seen[at - 1]?.length ?? 0))
      expect(growing.length).toBeGreaterThan(3)
      expect(await answer(page).textContent()).toContain(plainText)

      const address = page.url()
      expect(address).toMatch(new RegExp(`${prefix}s/local/session/ses_`))
      await page.reload()
      await answer(page).getByText("leaves this machine.").waitFor({ timeout: 30_000 })
      expect(page.url()).toBe(address)
      expect(await page.getByRole("link", { name: "Tell me what this is" }).count()).toBe(1)
    })
  })

  test("the manifest, the icons and the lazy parts come from under the prefix", async () => {
    const asked: string[] = []
    await story(stage, async (page) => {
      page.on("response", (response) =>
        asked.push(`${response.status()} ${new URL(response.url()).pathname}`),
      )
      await page.reload()
      await promptBox(page).waitFor()
      const manifest = await page.getAttribute("link[rel=manifest]", "href")
      const answered = await page.evaluate(async (href) => {
        const address = new URL(href, document.baseURI)
        const parsed = (await (await fetch(address)).json()) as {
          start_url: string
          icons: { src: string }[]
        }
        const paths = [parsed.start_url, ...parsed.icons.map((icon) => icon.src)]
        const urls = paths.map((path) => new URL(path, address))
        const statuses = await Promise.all(urls.map(async (url) => (await fetch(url)).status))
        return urls.map((url, at) => ({ path: url.pathname, status: statuses[at] }))
      }, manifest ?? "")
      expect(answered.length).toBeGreaterThan(1)
      for (const { path, status } of answered) {
        expect(status).toBe(200)
        expect(path.startsWith(prefix)).toBe(true)
      }
      expect(asked.filter((line) => line.includes("/assets/")).length).toBeGreaterThan(3)
      expect(asked.filter((line) => !line.split(" ")[1]?.startsWith(prefix))).toEqual([])
    })
  })
})
