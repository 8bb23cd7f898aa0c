// Where passwords are, and where they are not: two real OpenCode servers, real Chromium, its real profile on the disk.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { makeTempHome } from "../fakes/temp-home.ts"
import { openProfile } from "./harness/browser.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, untilLive } from "./harness/steps.ts"

const password = "correct-horse-battery"
let stage: Stage
let port: number
let serverUrl: string
beforeAll(async () => {
  port = await findQuietPort()
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: `http://127.0.0.1:${port}` } })
  await stage.otherServer({ password, port })
  serverUrl = `${stage.url}s/127.0.0.1:${port}/`
})
afterAll(() => stage.stop())

async function addServer(page: Page, remember: boolean): Promise<void> {
  await openPicker(page)
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: "Add server" }).click()
  await dialog.getByRole("textbox", { name: "Address" }).fill(`127.0.0.1:${port}`)
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Elsewhere")
  await dialog.getByRole("textbox", { name: "Password" }).fill(password)
  if (remember) await dialog.getByRole("checkbox", { name: /Remember the password/ }).check()
  await dialog.getByRole("button", { name: "Add server" }).click()
  await page.getByRole("link", { name: /Elsewhere/ }).waitFor()
  await page.keyboard.press("Escape")
}

async function visit(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** Everything that a script of our origin can read, bytes as Latin-1; and what exporting the key says. */
function readStorage(page: Page): Promise<{ text: string; records: number; exported: string }> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
    let records = 0
    let exported = "no key"
    for (const { name } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name ?? ""))
      for (const table of database.objectStoreNames) {
        for (const value of await answer(database.transaction(table).objectStore(table).getAll())) {
          records += 1
          if (value instanceof CryptoKey)
            exported = await crypto.subtle.exportKey("raw", value).then(
              () => "given out",
              (error: Error) => error.name,
            )
          for (const part of Object.values(value))
            texts.push(part instanceof Uint8Array ? String.fromCharCode(...part) : JSON.stringify(part))
        }
      }
      database.close()
    }
    return { text: texts.join("\n"), records, exported }
  })
}

/** Files of the profile that hold `text`, as UTF-8 or as the UTF-16 that Chromium stores strings in. */
function filesWith(directory: string, text: string): string[] {
  const needles = [Buffer.from(text), Buffer.from(text, "utf16le")]
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => {
    const path = join(directory, name)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false
    const bytes = readFileSync(path)
    return needles.some((needle) => bytes.includes(needle))
  })
}

const lockedWords = /(?:needs|asks for|wants) a password/i

test("a remembered password survives a restart of the browser, and nobody reads it in the storage or in its files", async () => {
  const home = makeTempHome("profile")
  const profile = join(home.directory, "chromium")
  try {
    let context = await openProfile(profile)
    const first = await visit(context, stage.url)
    await untilLive(first)
    await addServer(first, true)
    await expect.poll(async () => (await readStorage(first)).records).toBe(2)
    const kept = await readStorage(first)
    expect(kept.text).toContain("Elsewhere")
    expect(kept.text).not.toContain(password)
    expect(kept.exported).toBe("InvalidAccessError")
    await untilLive(await visit(context, serverUrl))
    await context.close()
    expect(filesWith(profile, "Elsewhere")).not.toEqual([])
    expect(filesWith(profile, password)).toEqual([])

    context = await openProfile(profile)
    const again = await visit(context, serverUrl)
    await untilLive(again)

    // Signing out is for good.
    await openPicker(again)
    await again.getByRole("button", { name: "Menu of Elsewhere" }).click()
    await again.getByRole("menuitem", { name: "Sign out" }).click()
    await again.getByText(/Signed out of “Elsewhere”/).waitFor()
    await expect.poll(async () => (await readStorage(again)).records).toBe(1)
    await context.close()
    context = await openProfile(profile)
    await (await visit(context, serverUrl)).getByText(lockedWords).first().waitFor()
    await context.close()
  } finally {
    home.remove()
  }
})

test("a password that is not remembered is in every tab of the browser, and ends with it", async () => {
  const home = makeTempHome("profile")
  const profile = join(home.directory, "chromium")
  try {
    let context = await openProfile(profile)
    const first = await visit(context, stage.url)
    await untilLive(first)
    await addServer(first, false)
    const kept = await readStorage(first)
    expect(kept.records).toBe(0)
    expect(await first.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(password)

    const second = await visit(context, serverUrl)
    await untilLive(second)
    await first.goto(serverUrl)
    await untilLive(first)

    await openPicker(second)
    await second.getByRole("button", { name: "Menu of Elsewhere" }).click()
    await second.getByRole("menuitem", { name: "Sign out" }).click()
    for (const page of [first, second]) {
      await page.getByText(lockedWords).first().waitFor()
      expect((await readStorage(page)).text).not.toContain(password)
    }
    const third = await visit(context, serverUrl)
    await third.getByText(lockedWords).first().waitFor()

    // Typed into one tab, it is the password of all.
    await third
      .getByRole("main")
      .getByRole("button", { name: /password/i })
      .click()
    await third.getByRole("textbox", { name: "Password" }).fill(password)
    await third.getByRole("button", { name: "Save server" }).click()
    for (const page of [first, third]) await untilLive(page)
    await context.close()

    context = await openProfile(profile)
    await (await visit(context, serverUrl)).getByText(lockedWords).first().waitFor()
    await context.close()
  } finally {
    home.remove()
  }
})

test("a plain password that an earlier version left behind is sealed when the page opens", async () => {
  const { page, close } = await stage.visit()
  try {
    await untilLive(page)
    const plain = {
      own: [{ name: "Elsewhere", url: `http://127.0.0.1:${port}` }],
      hidden: [],
      credentials: { [`http://127.0.0.1:${port}`]: { password } },
    }
    await page.evaluate((book) => localStorage.setItem("sandbar.servers.v1", JSON.stringify(book)), plain)
    await page.goto(serverUrl)
    await untilLive(page)
    await expect.poll(async () => (await readStorage(page)).text).not.toContain(password)
    expect((await readStorage(page)).records).toBe(2)
    await page.reload()
    await untilLive(page)
  } finally {
    await close()
  }
})
