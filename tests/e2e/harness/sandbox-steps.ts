// What people do with sandboxes, by role and name.
import type { Locator, Page } from "playwright-core"
import { openPicker } from "./steps.ts"

/** A clone, and then an OpenCode that starts, on a machine that may be busy. */
export const startMs = 60_000

export const idIn = (page: Page): string => /sb-[0-9a-f]{12,20}/.exec(page.url())?.[0] ?? "no sandbox"

/** From wherever a server is open. */
export async function newSandbox(page: Page): Promise<void> {
  await (await openPicker(page)).getByRole("button", { name: "New sandbox" }).click()
  await page.getByRole("heading", { name: "New sandbox" }).waitFor()
  await page.getByRole("textbox", { name: "Name", exact: true }).waitFor()
}

export interface Wanted {
  readonly template?: string
  readonly repository?: string
  readonly branch?: string
  readonly name?: string
}

/** Leaves the button for the story to press. */
export async function fillIn(page: Page, { template, repository, branch, name }: Wanted): Promise<void> {
  if (template) await page.getByRole("radio", { name: new RegExp(`^${template}`) }).check()
  if (repository) await page.getByRole("combobox", { name: "Repository" }).fill(repository)
  else await page.getByRole("radio", { name: "An empty directory" }).check()
  if (branch) await page.getByRole("combobox", { name: "Branch" }).fill(branch)
  if (name) await page.getByRole("textbox", { name: "Name", exact: true }).fill(name)
}

export const press = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Spawn sandbox" }).click()

/** The steps that stand there, in their order. */
export const steps = (page: Page): Locator => page.getByRole("list", { name: "Steps" })
export const currentStep = (page: Page): Locator => steps(page).locator("[aria-current=step]")
/** The step where it went wrong, with its sentence and what helps. */
export const failedStep = (page: Page): Locator => steps(page).locator("[data-is=failed]")

/** One sandbox in the picker. */
export async function rowOf(page: Page, name: string): Promise<Locator> {
  const row = (await openPicker(page)).getByRole("listitem").filter({ hasText: name })
  await row.waitFor()
  return row
}

export async function choose(page: Page, row: Locator, item: string): Promise<void> {
  await row.getByRole("button", { name: /^Menu of/ }).click()
  await page.getByRole("menuitem", { name: item, exact: true }).click()
  await page.getByRole("menu").waitFor({ state: "detached" })
}

export async function closePicker(page: Page): Promise<void> {
  await page.keyboard.press("Escape")
  await page.getByRole("dialog", { name: "Servers" }).waitFor({ state: "detached" })
}
