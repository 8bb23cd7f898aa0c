// What people do in the pages while connections break: ask the agent, start sessions, answer what it asks.
import type { Page } from "playwright-core"
import { promptBox } from "../e2e/harness/steps.ts"
import type { Lane } from "./lane.ts"
import type { SentPrompt } from "./prompts.ts"

export interface Deed {
  readonly what: string
  /** The prompt that was sent, and where. */
  readonly prompt?: SentPrompt
  readonly page: Page
  run(): Promise<void>
}

/** Words that pick a turn of the scripted model; the first is picked most often. */
const words = [
  "plain",
  "plain",
  "plain",
  "think",
  "markdown",
  "todo",
  "question",
  "bash",
  "subagent",
] as const

export async function chooseDeed(lane: Lane): Promise<Deed> {
  const { random } = lane
  const pages = lane.watchers.flatMap((watcher) => watcher.pages)
  const page = pages[random.whole(pages.length)] as Page
  const asks = await lane.view.asks()
  if (asks.length > 0) return { what: "answer", page, run: () => answerAsk(page) }

  const prompt: SentPrompt = {
    token: `${lane.name}x${lane.prompts.length}`,
    interrupted: false,
    handedBack: 0,
  }
  const word = words[random.whole(words.length)]
  const text = `${word} ${prompt.token}`
  const isNew = lane.sessionID === "" || random.chance(0.2)
  return {
    what: isNew ? `new session, ${word}` : (word ?? ""),
    prompt,
    page,
    async run() {
      lane.prompts.push(prompt)
      if (isNew) await openNewSession(page)
      await promptBox(page).fill(text)
      await send(page)
    },
  }
}

/** Until the page has changed, what is typed would go to the session before. */
async function openNewSession(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New session" }).first().click()
  await page.getByRole("heading", { name: "What should the agent do?" }).waitFor()
}

export const send = (page: Page): Promise<void> =>
  page.getByRole("button", { name: "Send", exact: true }).click()

/** Whatever waits in this page, if it shows something that waits. */
export async function answerAsk(page: Page): Promise<void> {
  const panel = page.getByRole("region", { name: "The agent waits for you" })
  if ((await panel.count()) === 0) return
  const once = panel.getByRole("button", { name: "Once" })
  if ((await once.count()) > 0) {
    await once.click()
    return
  }
  await panel.getByRole("radio").first().check()
  await panel.getByRole("button", { name: "Answer", exact: true }).click()
}

export const sessionIn = (page: Page): string => /ses_\w+/.exec(page.url())?.[0] ?? ""

/** Everybody follows into the session that somebody started, by the list. */
export async function follow(lane: Lane, sessionID: string): Promise<void> {
  for (const page of lane.watchers.flatMap((watcher) => watcher.pages)) {
    if (sessionIn(page) === sessionID) continue
    await page.locator(`a.session-link[href*="${sessionID}"]`).click()
    await page.locator(".exchange").first().waitFor()
  }
  lane.sessionID = sessionID
}
