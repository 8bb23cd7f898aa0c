// However the connection is cut, the state ends up as the server has it.
import fc from "fast-check"
import { expect, test } from "vitest"
import { type Command, commands, makeChatServer, type Snapshot } from "../../tests/fakes/chat-server.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { type ChatState, emptyChatState } from "./chat-state.ts"
import { missing } from "./fetch-session.ts"
import { holdTexts } from "./merge-messages.ts"
import { mergeOpened } from "./merge-opened.ts"
import { mergeSessions } from "./merge-sessions.ts"
import { gapMark } from "./text-after-gap.ts"

/** Counts of commands: missed, seen while fetching, seen until the next cut; and when the server answered. */
type Cycle = { missed: number; fetching: number; live: number; answered: number }

const command = fc.record({ kind: fc.constantFrom(...commands), pick: fc.nat(50) })
const cycle = fc.record({ missed: fc.nat(8), fetching: fc.nat(8), live: fc.nat(8), answered: fc.nat(12) })
const story = fc.tuple(
  fc.array(command, { minLength: 10, maxLength: 120 }),
  fc.array(cycle, { minLength: 1, maxLength: 5 }),
)

type Moment = { events: ServerEvent[]; snapshot: Snapshot }

/** What the server told and what it would have answered, command by command. */
function live(script: readonly Command[], partial: boolean): Moment[] {
  const server = makeChatServer()
  return script.map((one) => {
    const events = structuredClone(server.run(one))
    return { events, snapshot: server.snapshot(partial) }
  })
}

function follow(moments: readonly Moment[], cycles: readonly Cycle[], lag: boolean): ChatState {
  const state = emptyChatState()
  const opened = new Set<string>()
  let at = 0
  let newest = 0
  const take = (count: number) => {
    const taken = moments.slice(at, at + count).flatMap((moment) => structuredClone(moment.events))
    at = Math.min(moments.length, at + count)
    for (const event of taken) applyEvent(state, event)
    return taken
  }
  for (const { missed, fetching, live, answered } of cycles) {
    at = Math.min(moments.length, at + missed)
    const held = new Map([...opened].map((id) => [id, holdTexts(state, id)]))
    const begin = at
    const since = take(fetching)
    // With lag, the answer may know more than the events that have arrived.
    const moment = Math.min(begin + answered, lag ? moments.length : at) - 1
    // A later answer never knows less than an earlier one.
    newest = Math.max(newest, moment)
    const snapshot = structuredClone(moments[newest]?.snapshot)
    if (!snapshot || moment < begin - 1) continue
    merge(state, snapshot, since, opened, held)
    for (const session of snapshot.sessions) opened.add(session.id)
    merge(state, structuredClone(snapshot), since, opened, held)
    expectHonestTexts(state)
    take(live)
    expectHonestTexts(state)
  }
  take(moments.length)
  return state
}

function merge(
  state: ChatState,
  snapshot: Snapshot,
  since: readonly ServerEvent[],
  opened: ReadonlySet<string>,
  held: ReadonlyMap<string, ReadonlyMap<string, string>>,
): void {
  mergeSessions(state, snapshot, since, (id) => opened.has(id))
  for (const id of opened) {
    const session = snapshot.sessions.find((one) => one.id === id)
    const opening = session && {
      session,
      children: [],
      turns: snapshot.messages[id] ?? [],
      cursor: undefined,
    }
    mergeOpened(state, id, opening ?? missing, since, held.get(id) ?? new Map())
  }
}

/** Texts that are still being written are looked at on their own. */
function settled(messages: ChatState["messages"]): ChatState["messages"] {
  const copy = structuredClone(messages)
  for (const part of Object.values(copy).flatMap((turns) => turns.flatMap((turn) => turn.parts))) {
    if (part.type === "text" && part.time && !part.time.end) part.text = ""
  }
  return copy
}

function expectSame(state: ChatState, truth: Snapshot): void {
  expect(state.sessions).toEqual(Object.fromEntries(truth.sessions.map((one) => [one.id, one])))
  expect(state.status).toEqual(truth.status)
  const loaded = Object.fromEntries(Object.keys(state.messages).map((id) => [id, truth.messages[id]]))
  expect(settled(state.messages)).toEqual(settled(loaded as ChatState["messages"]))
}

/** No word twice, and no hole but a marked one. */
function expectHonestTexts(state: ChatState): void {
  for (const part of Object.values(state.messages).flatMap((turns) => turns.flatMap((turn) => turn.parts))) {
    if (part.type !== "text" || !part.time) continue
    const pieces = part.text
      .split(gapMark)
      .map((piece) => [...piece.matchAll(/<(\d+)>/g)].map((match) => Number(match[1])))
    const all = pieces.flat()
    expect(all, part.text).toEqual([...new Set(all)].sort((a, b) => a - b))
    for (const piece of pieces)
      expect(piece.every((word, index) => index === 0 || word === (piece[index - 1] ?? 0) + 1)).toBe(true)
    if (!part.text.startsWith(gapMark) && all.length > 0) expect(all[0]).toBe(0)
  }
}

test("wherever the stream is cut and whenever the snapshot was taken, the state ends as the server's", () => {
  fc.assert(
    fc.property(story, fc.boolean(), ([script, cycles], lag) => {
      const moments = live(script, false)
      const state = follow(moments, cycles, lag)
      expectSame(state, (moments.at(-1) as Moment).snapshot)
      expectHonestTexts(state)
    }),
    { numRuns: 500 },
  )
})

test("the same holds for a server that answers with the text so far: nothing is doubled", () => {
  fc.assert(
    fc.property(story, ([script, cycles]) => {
      const moments = live(script, true)
      const state = follow(moments, cycles, false)
      expectSame(state, (moments.at(-1) as Moment).snapshot)
      expectHonestTexts(state)
    }),
    { numRuns: 500 },
  )
})
