// Plain http on a name of the local network: the browser offers neither Web Crypto nor Web Locks there.
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { openProfile } from "./harness/browser.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { openPicker, untilLive } from "./harness/steps.ts"
import { watchPage } from "./harness/watch-page.ts"

const host = "sandbar.lan.example"
const password = "correct-horse-battery"
let stage: Stage
let home: TempHome
let port: number
beforeAll(async () => {
  port = await findQuietPort()
  home = makeTempHome("profile")
  stage = await openStage({
    settings: { SANDBAR_ALLOWED_TARGETS: `http://127.0.0.1:${port}`, SANDBAR_PUBLIC_HOSTS: host },
  })
  stage.defer(home.remove)
  await stage.otherServer({ password, port })
})
afterAll(() => stage.stop())

test("without Web Crypto a password lasts for the session, and the box for remembering says why", async () => {
  const context = await openProfile(join(home.directory, "chromium"), [
    `--host-resolver-rules=MAP ${host} 127.0.0.1`,
  ])
  stage.defer(() => context.close())
  const page = await context.newPage()
  const url = stage.sandbar.url.replace("127.0.0.1", host)
  const watch = watchPage(page, new URL(url).origin)
  await page.goto(url)
  expect(await page.evaluate(() => [isSecureContext, "locks" in navigator])).toEqual([false, false])
  await untilLive(page)
  await openPicker(page)
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: "Add server" }).click()
  expect(await dialog.getByRole("checkbox", { name: /Remember the password/ }).isDisabled()).toBe(true)
  await dialog.getByText("Not possible over plain http").waitFor()
  await dialog.getByRole("textbox", { name: "Address" }).fill(`127.0.0.1:${port}`)
  await dialog.getByRole("textbox", { name: "Password" }).fill(password)
  await dialog.getByRole("button", { name: "Add server" }).click()
  await page.getByRole("link", { name: new RegExp(`127.0.0.1:${port}`) }).click()
  await untilLive(page)

  const second = await context.newPage()
  await second.goto(`${url}s/127.0.0.1:${port}/`)
  await untilLive(second)
  expect(await second.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(password)
  expect(watch.faults()).toEqual([])
})
