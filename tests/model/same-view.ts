// When two views show the same, and when a view shows what the server has.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { expect } from "vitest"
import type { Ask } from "../../app/asks/ask.ts"
import type { Turn } from "../../app/chat/chat-state.ts"
import { familyOf } from "../../app/chat/session-family.ts"
import { gapMark } from "../../app/chat/text-after-gap.ts"
import { isBeingWritten } from "../fakes/model-agent.ts"
import type { ModelServer } from "../fakes/model-server.ts"
import type { View } from "./view.ts"

/** How many a page holds: more than this is shown only by those who scrolled, or who watched it grow. */
const pageSize = 50

/** What a person sees. Texts that are still being written are looked at in `expectHonestTexts`. */
export function shown(view: View) {
  const { chat, asks, connection, opened } = view.now()
  const id = view.sessionID()
  const family = id === undefined ? [] : familyOf(chat.state.sessions, id)
  return structuredClone({
    link: [connection.link.state(), connection.link.reason()],
    listState: chat.sessionsState(),
    list: plain(chat.sessions()),
    status: plain(chat.state.status),
    asks: plain(asks.all()),
    open: opened()?.state(),
    reason: opened()?.reason(),
    family: plain(family.map((each) => chat.state.sessions[each] ?? each)).sort(byId),
    asksHere: plain(asks.of(family)),
    turns: id === undefined ? [] : withoutUnfinished(plain(chat.state.messages[id] ?? [])),
  })
}

/** The view as it is equals a fresh load; it may show more of what a fresh load shows in pages. */
export function expectSame(view: View, fresh: View, server: ModelServer): void {
  const [is, should] = [shown(view), shown(fresh)]
  // The ask of a stopped answer is listed again with its session's next work; nobody can tell from the list.
  const isOpen = ({ request }: Ask) =>
    !server.status.has(request.sessionID) ||
    server.answering.get(request.sessionID) === request.tool?.messageID
  for (const one of [is, should]) {
    one.asks = one.asks.filter(isOpen)
    one.asksHere = one.asksHere.filter(isOpen)
  }
  const more = is.turns.length - should.turns.length
  if (more > 0 && should.turns.length >= pageSize) is.turns.splice(0, more)
  const [list, freshList] = [is.list, should.list]
  if (view.now().chat.hasMoreSessions() || fresh.now().chat.hasMoreSessions()) {
    const both = (ones: Session[], others: Session[]) =>
      ones.filter((one) => others.some((other) => other.id === one.id))
    expect(list.length).toBeGreaterThanOrEqual(
      freshList.length - (view.now().chat.hasMoreSessions() ? 20 : 0),
    )
    is.list = both(list, freshList)
    should.list = both(freshList, list)
  }
  expect(is).toEqual(should)
}

/** The view as it is equals what the server has, without asking anybody. */
export function expectTrue(view: View, server: ModelServer): void {
  const is = shown(view)
  const id = view.sessionID()
  expect(is.status).toEqual(Object.fromEntries([...server.status].filter(([each]) => isHere(server, each))))
  for (const one of is.list) expect(one).toEqual(server.sessions.get(one.id))
  if (id === undefined) return
  const truth = withoutUnfinished(server.stand(id))
  expect(is.turns).toEqual(truth.slice(truth.length - is.turns.length))
  expect(is.turns.length).toBeGreaterThanOrEqual(Math.min(pageSize, truth.length))
  expect(is.open).toBe(server.sessions.has(id) ? "ready" : "missing")
  const errors = Object.keys(view.now().chat.state.errors).filter((each) => !server.errors.has(each))
  expect(errors).toEqual([])
}

/** At any moment: nothing stands there twice, no word twice, and no hole but a marked one. */
export function expectHonest(view: View, server: ModelServer): void {
  for (const turns of Object.values(view.now().chat.state.messages)) {
    expectOnce(turns.map((turn) => turn.info.id))
    for (const turn of turns) {
      expectOnce(turn.parts.map((part) => part.id))
      for (const part of turn.parts) {
        const whole = server.texts.get(part.id)
        if (whole !== undefined && "text" in part) expectHonestText(part.text, whole)
      }
    }
  }
  expectOnce(
    view
      .now()
      .asks.all()
      .map((ask) => ask.request.id),
  )
}

function expectHonestText(text: string, whole: string): void {
  let from = 0
  const pieces = text.split(gapMark)
  pieces.forEach((piece, index) => {
    const at = index === 0 ? (whole.startsWith(piece) ? 0 : -1) : whole.indexOf(piece, from)
    expect(at, `${JSON.stringify(text)} of ${whole}`).toBeGreaterThanOrEqual(0)
    from = at + piece.length
  })
}

function expectOnce(ids: readonly string[]): void {
  expect(ids).toEqual([...new Set(ids)])
}

function withoutUnfinished(turns: Turn[]): Turn[] {
  for (const part of turns.flatMap((turn) => turn.parts)) if (isBeingWritten(part)) part.text = ""
  return turns
}

function isHere(server: ModelServer, id: string): boolean {
  return server.sessions.get(id)?.directory === "/work/repo"
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

function byId(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
