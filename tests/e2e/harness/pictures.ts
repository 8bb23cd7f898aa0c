// `PICTURES=<directory>` keeps what a story looked like: on a desk and on a phone, light and dark.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"

const directory = process.env.PICTURES
const looks = [
  ["desk-light", { width: 1440, height: 900 }, "light"],
  ["desk-dark", { width: 1440, height: 900 }, "dark"],
  ["phone-light", { width: 390, height: 844 }, "light"],
  ["phone-dark", { width: 390, height: 844 }, "dark"],
] as const

/** Nothing without the setting: the promises of a story are not in its pictures. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!directory) return
  mkdirSync(directory, { recursive: true })
  const before = page.viewportSize()
  for (const [look, size, colorScheme] of looks) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    // Half faded in, a picture shows what nobody sees.
    await page.evaluate(async () => {
      const moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.allSettled(moving.map(({ finished }) => finished))
    })
    await page.screenshot({ path: join(directory, `${name}-${look}.png`) })
  }
  await page.emulateMedia({ colorScheme: "light" })
  if (before) await page.setViewportSize(before)
}
