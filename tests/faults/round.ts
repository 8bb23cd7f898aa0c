// One round of one lane: somebody does something, everybody's connection breaks once while it happens, and when
// the server rests every page has to be what a fresh load is.
import { setTimeout as sleep } from "node:timers/promises"
import type { Page } from "playwright-core"
import { compareAll } from "./compare.ts"
import { drawKind } from "./kinds.ts"
import type { Lane, Restart } from "./lane.ts"
import { countKept, markShown, viewOf } from "./page-view.ts"
import { answerAsk, chooseDeed, type Deed, follow, send, sessionIn } from "./person.ts"
import { isStored } from "./prompts.ts"
import type { Watcher } from "./watcher.ts"

export interface Cut {
  readonly kind: string
  readonly lane: string
  /** From when new connections passed again until the page equalled a fresh load. */
  readonly recoveryMs: number
  /** The link waited so long for its next try that somebody looked at the tab. */
  readonly looked: boolean
}

export interface Round {
  readonly what: string
  readonly cuts: readonly Cut[]
  readonly violations: readonly string[]
}

/** While a turn of the scripted model streams. */
const turnMs = 1_000
const restMs = 90_000

export async function playRound(lane: Lane, restart?: Restart): Promise<Round> {
  const deed = await chooseDeed(lane)
  const before = await shownIn(lane)
  const acted = deed.run()
  const [struck] = await Promise.all([strikeAll(lane, restart, deed, acted), acted])
  await untilSettled(lane, deed)
  const agreed = await compareAll(lane, restart === "server restart")
  const violations = agreed.flatMap(({ watcher, violations: found }) =>
    found.map((sentence) => `${watcher.name} after ${struck.get(watcher)?.kind}: ${sentence}`),
  )
  // After a restart of the server the pages were loaded anew.
  if (violations.length === 0 && restart !== "server restart")
    violations.push(...(await drawnAnew(before)), ...(await missing(deed)))
  const cuts = agreed.flatMap(({ watcher, agreedAt, looked }) => {
    const hit = struck.get(watcher)
    return hit ? [{ kind: hit.kind, lane: lane.name, recoveryMs: agreedAt - hit.healedAt, looked }] : []
  })
  const session = sessionIn(deed.page)
  if (violations.length === 0 && session !== "") await follow(lane, session)
  // A restart is one cut, however many pages it hits.
  return { what: deed.what, cuts: restart ? cuts.slice(0, 1) : cuts, violations }
}

interface Shown {
  readonly watcher: Watcher
  readonly page: Page
  readonly session: string
  readonly exchanges: number
}

const shownIn = (lane: Lane): Promise<Shown[]> =>
  Promise.all(
    lane.watchers.flatMap((watcher) =>
      watcher.pages.map(async (page) => ({
        watcher,
        page,
        session: sessionIn(page),
        exchanges: await markShown(page),
      })),
    ),
  )

/** Recovering must not flicker: what stood in the conversation stays, it is not drawn again. */
async function drawnAnew(before: readonly Shown[]): Promise<string[]> {
  const found: string[] = []
  for (const { watcher, page, session, exchanges } of before) {
    const kept = sessionIn(page) === session ? await countKept(page) : exchanges
    if (kept < exchanges)
      found.push(`${watcher.name}: ${exchanges - kept} of ${exchanges} exchanges were drawn anew`)
  }
  return found
}

/** Equal pages that show nothing would be equal too. */
async function missing({ prompt, page }: Deed): Promise<string[]> {
  if (!prompt) return []
  const { lines } = await viewOf(page)
  return lines.some((line) => line.includes(prompt.token)) ? [] : [`no page shows the prompt ${prompt.token}`]
}

interface Hit {
  readonly kind: string
  readonly healedAt: number
}

async function strikeAll(
  lane: Lane,
  restart: Restart | undefined,
  deed: Deed,
  acted: Promise<void>,
): Promise<Map<Watcher, Hit>> {
  const { random, watchers } = lane
  const hits = new Map<Watcher, Hit>()
  if (restart) {
    await sleep(random.whole(turnMs))
    if (restart === "proxy restart") await lane.restartProxy()
    else await restartServer(lane)
    for (const watcher of watchers) hits.set(watcher, { kind: restart, healedAt: Date.now() })
    return hits
  }
  await Promise.all(
    watchers.map(async (watcher) => {
      const kind = drawKind(lane.kinds, random, watcher.pages.includes(deed.page))
      if (!kind.liesInWait) await sleep(random.whole(turnMs))
      await kind.strike(watcher, random, acted)
      hits.set(watcher, { kind: kind.name, healedAt: Date.now() })
    }),
  )
  return hits
}

async function restartServer(lane: Lane): Promise<void> {
  // Whose turn runs now, or begins before the server is gone, has no end.
  const last = lane.prompts.at(-1)
  if (last) last.interrupted = true
  await lane.restartServer(lane.random.chance(0.5) ? "SIGKILL" : "SIGTERM")
}

/** What still waits for an answer when nothing is cut any more gets one, so that every turn comes to its end. */
export async function answerAll(lane: Lane): Promise<void> {
  const give = Date.now() + restMs
  while (Date.now() < give) {
    const [ask] = await lane.view.asks()
    if (ask) {
      if (sessionIn(lane.fresh) !== ask.sessionID) await lane.fresh.goto(lane.freshUrlOf(ask.sessionID))
      await answerAsk(lane.fresh)
    } else if ((await lane.view.busy()).length === 0) return
    await sleep(300)
  }
}

/** The prompt is on the server, and the server rests or waits for an answer. */
async function untilSettled(lane: Lane, deed: Deed): Promise<void> {
  const give = Date.now() + restMs
  let kept = deed.prompt === undefined
  let rested = 0
  while (Date.now() < give) {
    kept ||= await isKept(lane, deed)
    rested = kept && (await isAtRest(lane)) ? rested + 1 : 0
    // Between two steps of a turn, and between a session and its sub-agent, it seems to rest for a moment.
    if (rested === 2) return
    await sleep(200)
  }
  const view = await viewOf(deed.page)
  throw new Error(
    `${deed.what} ${deed.prompt?.token ?? ""} does not come to an end; the page shows:\n${view.lines.slice(-20).join("\n")}`,
  )
}

async function isAtRest({ view }: Lane): Promise<boolean> {
  const working = await view.busy()
  return working.length === 0 || (await view.asks()).length > 0
}

/** What is handed back is sent again, as a person would. */
async function isKept(lane: Lane, { prompt, page }: Deed): Promise<boolean> {
  if (!prompt) return true
  const session = sessionIn(page)
  const kept = session !== "" && isStored(prompt.token, await lane.view.messages(session))
  const { draft } = await viewOf(page)
  const isBack = draft.includes(prompt.token)
  if (kept && isBack) throw new Error(`${prompt.token} is stored, and handed back as a draft as well`)
  if (isBack) {
    prompt.handedBack += 1
    await send(page)
  }
  return kept
}
