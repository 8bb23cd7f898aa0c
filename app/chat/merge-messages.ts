// Brings the messages of one session up to what the server answered, then replays the events that came while it
// answered, for the reason given in merge-sessions.ts.
import type { Part } from "@opencode-ai/sdk/v2/client"
import type { ServerEvent } from "../connection/connection.ts"
import { applyMessageEvent, isFinished } from "./apply-message-event.ts"
import { assignInPlace } from "./assign-in-place.ts"
import type { ChatState, Turn } from "./chat-state.ts"
import { textAfterGap } from "./text-after-gap.ts"
import { compareIds, compareMessages, findTurn, placeTurn } from "./turn-order.ts"

/** Texts that were still being written, by part id, as they stood before the fetch. */
export type HeldTexts = ReadonlyMap<string, string>

export function holdTexts(state: ChatState, sessionID: string): HeldTexts {
  const held = new Map<string, string>()
  for (const turn of state.messages[sessionID] ?? []) {
    for (const part of turn.parts) {
      if ((part.type === "text" || part.type === "reasoning") && !isFinished(part))
        held.set(part.id, part.text)
    }
  }
  return held
}

/** The newest messages of one session, replacing what is there; prompts on their way to the server stay. */
export function mergeMessages(
  draft: ChatState,
  sessionID: string,
  snapshot: readonly Turn[],
  since: readonly ServerEvent[],
  held: HeldTexts,
): void {
  const before = draft.messages[sessionID] ?? []
  const busy = draft.status[sessionID] !== undefined
  const ours = since.filter((event) => concerns(event, sessionID))
  const newest = newestAnswer(snapshot)
  // An older answer without an end was cut off by a crash. Nobody writes it any more, so nothing of it is on its way.
  const restore = (part: Part) =>
    withText(part, ours, held, busy && (part.messageID === newest || !!held.get(part.id)))
  const turns = snapshot.map((fresh) => {
    const known = findTurn(before, fresh.info.id)
    if (!known) return { info: fresh.info, parts: fresh.parts.map((part) => restore(part)) }
    delete known.pending
    assignInPlace(known.info, fresh.info)
    mergeParts(
      known,
      fresh.parts.map((part) => restore(part)),
    )
    return known
  })
  turns.sort((a, b) => compareMessages(a.info, b.info))
  for (const turn of before) if (turn.pending && !findTurn(turns, turn.info.id)) placeTurn(turns, turn)
  draft.messages[sessionID] = turns
  for (const event of ours) applyMessageEvent(draft, event)
}

function newestAnswer(turns: readonly Turn[]): string | undefined {
  const answers = turns.map(({ info }) => info).filter(({ role }) => role === "assistant")
  return answers.sort(compareMessages).at(-1)?.id
}

/** An earlier page. Only what it brings is replayed: the rest of the session is up to date. */
export function addEarlierMessages(
  draft: ChatState,
  sessionID: string,
  page: readonly Turn[],
  since: readonly ServerEvent[],
): void {
  const turns = draft.messages[sessionID]
  if (!turns) return
  const fresh = page.filter((turn) => !findTurn(turns, turn.info.id))
  const added = new Set(fresh.map((turn) => turn.info.id))
  turns.unshift(...[...fresh].sort((a, b) => compareMessages(a.info, b.info)))
  for (const event of since) {
    const messageID = concerns(event, sessionID) ? messageOf(event) : undefined
    if (messageID !== undefined && added.has(messageID)) applyMessageEvent(draft, event)
  }
}

function mergeParts(known: Turn, fresh: readonly Part[]): void {
  const parts = fresh.map((part) => {
    const held = known.parts.find((one) => one.id === part.id)
    if (held) assignInPlace(held, part)
    return held ?? part
  })
  known.parts = parts.sort((a, b) => compareIds(a.id, b.id))
}

function withText(part: Part, since: readonly ServerEvent[], held: HeldTexts, busy: boolean): Part {
  if ((part.type !== "text" && part.type !== "reasoning") || isFinished(part)) return part
  // Texts that nobody is writing, such as a person's prompt, have no time.
  if (!part.time) return part
  const deltas = since.flatMap((event) =>
    event.type === "message.part.delta" && event.properties.partID === part.id
      ? [event.properties.delta]
      : [],
  )
  const text = textAfterGap({
    answered: part.text,
    held: held.get(part.id) ?? "",
    deltas: deltas.join(""),
    busy,
  })
  return { ...part, text }
}

function concerns(event: ServerEvent, sessionID: string): boolean {
  return "sessionID" in event.properties && event.properties.sessionID === sessionID
}

function messageOf(event: ServerEvent): string | undefined {
  switch (event.type) {
    case "message.updated":
      return event.properties.info.id
    case "message.part.updated":
      return event.properties.part.messageID
    case "message.removed":
    case "message.part.removed":
    case "message.part.delta":
      return event.properties.messageID
    default:
      return undefined
  }
}
