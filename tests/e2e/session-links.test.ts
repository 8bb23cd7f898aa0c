// A link to a session opens on its server, or says why not and shows a way on.
import { afterAll, beforeAll, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { openStage, type Stage } from "./harness/stage.ts"
import { promptBox, untilLive } from "./harness/steps.ts"
import { story } from "./harness/story.ts"

let stage: Stage
let port: number
let ask: (method: string, path: string, body?: object) => Promise<{ id: string; directory: string }>
beforeAll(async () => {
  port = await findQuietPort()
  stage = await openStage({ settings: { SANDBAR_ALLOWED_TARGETS: `http://127.0.0.1:${port}` } })
  const server = await stage.otherServer({ port, password: "correct horse" })
  ask = async (method, path, body) => {
    const headers = { ...server.headers, "content-type": "application/json" }
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    return answer.json()
  }
})
afterAll(() => stage.stop())

const link = (id: string) => `s/127.0.0.1:${port}/session/${id}`

test("a link to a session of an unknown server opens that session once the server is added", async () => {
  const { id } = await ask("POST", "/session", { title: "Sent by a colleague" })
  await story(
    stage,
    async (page) => {
      await page.getByRole("textbox", { name: "Password" }).fill("correct horse")
      await page.getByRole("button", { name: "Add server" }).click()
      await page.getByRole("heading", { level: 1, name: "Sent by a colleague" }).waitFor()
      await untilLive(page)
      expect(new URL(page.url()).pathname).toBe(`/${link(id)}`)

      // Deleted by somebody else under the open tab: all of the screen says so, and what was typed is not lost.
      await promptBox(page).fill("half a thought")
      await ask("DELETE", `/session/${id}`)
      await page.getByText("This session is not on this server").waitFor()
      expect(await promptBox(page).count()).toBe(0)
      expect(await page.getByRole("region", { name: "Conversation" }).count()).toBe(0)
      await page.getByText("half a thought").waitFor()
      await page.getByRole("button", { name: "Use it in a new session" }).click()
      await page.getByRole("heading", { level: 1, name: "New session" }).waitFor()
      expect(await promptBox(page).inputValue()).toBe("half a thought")

      for (const unknown of ["ses_nobody", "nonsense", "ses_%2e%2e%2fconfig"]) {
        await page.goto(stage.url + link(unknown))
        await page.getByText("This session is not on this server").waitFor()
        await page.getByRole("link", { name: "Start a new session" }).click()
        await promptBox(page).waitFor()
      }

      // A server tells about its own directory only: a prompt there would be answered out of sight.
      const elsewhere = await ask("POST", `/session?directory=${encodeURIComponent("/tmp")}`, {
        title: "Work elsewhere",
      })
      await page.goto(stage.url + link(elsewhere.id))
      await page.getByRole("heading", { level: 1, name: "Work elsewhere" }).waitFor()
      await page.getByText(/works in \/tmp, not where this server was started/).waitFor()
      expect(await promptBox(page).count()).toBe(0)

      const parent = await ask("POST", "/session", { title: "Above" })
      const child = await ask("POST", "/session", { title: "Below", parentID: parent.id })
      await page.goto(stage.url + link(child.id))
      await page.getByRole("link", { name: "Back to that session" }).click()
      await page.getByRole("heading", { level: 1, name: "Above" }).waitFor()
    },
    { path: link(id) },
  )
})
