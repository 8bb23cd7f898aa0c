// What people do and see, by role and name, so that stories read like sentences.
import { setTimeout as sleep } from "node:timers/promises"
import type { Locator, Page } from "playwright-core"

/** OpenCode needs a few seconds to start, and the machine may be busy. */
const startUp = 45_000

export async function untilLive(page: Page): Promise<void> {
  await page.getByRole("img", { name: "Link live" }).waitFor({ timeout: startUp })
  await page.getByRole("button", { name: /^Model: / }).waitFor({ timeout: startUp })
}

export const promptBox = (page: Page): Locator => page.getByRole("textbox", { name: "Prompt", exact: true })

export async function prompt(page: Page, text: string): Promise<void> {
  await promptBox(page).fill(text)
  await page.getByRole("button", { name: "Send" }).click()
}

/** What the agent wrote in its last turn, without what belongs to the frame. */
export const answer = (page: Page): Locator => page.getByRole("region", { name: "Agent" }).last()

export async function untilIdle(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: "Stop", exact: true })
    .waitFor({ state: "detached", timeout: 30_000 })
}

/** Every different text that a place showed until it held `last`. */
export async function watchText(place: Locator, last: string, timeout = 30_000): Promise<string[]> {
  const seen: string[] = []
  const give = Date.now() + timeout
  while (Date.now() < give) {
    const text = (await place.count()) > 0 ? ((await place.textContent()) ?? "") : ""
    if (text !== (seen.at(-1) ?? "")) seen.push(text)
    if (text.includes(last)) return seen
    await sleep(40)
  }
  throw new Error(`"${last}" never came; last seen: ${seen.at(-1)}`)
}

/** The servers' dialog, opened the way people do. */
export async function openPicker(page: Page): Promise<Locator> {
  // Its name is the server's; what tells it apart is the shortcut that it announces.
  await page.getByRole("banner").locator("button[aria-keyshortcuts]").click()
  const dialog = page.getByRole("dialog", { name: "Servers" })
  await dialog.waitFor()
  return dialog
}
