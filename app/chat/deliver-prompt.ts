// Takes one prompt of the outbox to the server, once. It is written down as `sending` before the request leaves, so
// that whoever goes on after a cut or a crash first looks whether it is there: OpenCode answers a prompt again when
// it comes twice and another turn came in between.
import { beforeDeadline } from "../connection/before-deadline.ts"
import { answer } from "../connection/client.ts"
import { Failure, failureOf } from "../connection/failure.ts"
import type { ChatRoom } from "./chat-room.ts"
import type { Echoes } from "./echoes.ts"
import type { HoldBack } from "./hold-back.ts"
import type { OpenSession } from "./open-session.ts"
import { isStale, type OutboxEntry, underWayFor } from "./outbox-entry.ts"
import type { OutboxStore } from "./outbox-store.ts"
import { isRefusal, reasonOf } from "./refusal.ts"
import { untilPutAway } from "./until-put-away.ts"

export type Delivery = {
  room: ChatRoom
  store: OutboxStore
  holdBack: HoldBack
  echoes: Echoes
  openSession: OpenSession
}

/** The server takes a prompt at once and works on it afterwards. */
export const answerMs = 15_000

/** `again`: nobody could be asked, or nobody had an answer; it still waits, at least for as long as was asked for. */
export type Outcome = { again: false } | { again: true; afterMs: number | undefined }
const over: Outcome = { again: false }

export type Ends = {
  /** Another tab goes on with it. */
  taken: AbortSignal
  /** That, or the server was left here. */
  lost: AbortSignal
}

export async function deliverPrompt(
  parts: Delivery,
  { messageID }: OutboxEntry,
  { taken, lost }: Ends,
): Promise<Outcome> {
  const { store, room } = parts
  await untilArrived(parts, messageID, lost)
  const entry = store.get(messageID)
  if (lost.aborted || !entry || entry.state === "back") return over
  try {
    if (entry.state === "sending" && (await isKept(room, entry, lost))) return arrived(store, entry)
    if (calledBack(store, entry)) return over
    if (isStale(entry, room.clock.now()))
      throw new Failure("This prompt waited for more than a day, so it was not sent.", { final: true })
    const sessionID = await parts.openSession(entry, lost)
    const { doubtful } = await parts.holdBack.wait(sessionID)
    if (doubtful) await untilPutAway(room, sessionID, lost)
    // Cancelled meanwhile, or taken over.
    if (
      lost.aborted ||
      calledBack(store, entry) ||
      !store.change(entry.messageID, { state: "sending", leftAt: room.clock.now() })
    )
      return over
    await send(parts, { ...entry, sessionID }, { taken, lost })
    return lost.aborted ? over : arrived(store, entry)
  } catch (error) {
    const failure = failureOf(error)
    if (lost.aborted) return over
    if (!isRefusal(failure)) return { again: true, afterMs: failure.retryAfterMs }
    giveBack(store, entry, failure)
    return over
  }
}

/** The person wanted it back, and the server does not have it. */
function calledBack(store: OutboxStore, { messageID }: OutboxEntry): boolean {
  if (!store.get(messageID)?.cancelled) return false
  return store.change(messageID, { state: "back", reason: undefined })
}

/** A request that another tab gave up, or this one, is not overtaken by the question whether it arrived. */
async function untilArrived({ store, room }: Delivery, messageID: string, lost: AbortSignal): Promise<void> {
  const ms = underWayFor(store.get(messageID) ?? {}, room.clock.now())
  if (ms === 0) return
  await new Promise<void>((resolve) => {
    const cancel = room.clock.after(ms, resolve)
    lost.addEventListener("abort", () => {
      cancel()
      resolve()
    })
  })
}

function arrived(store: OutboxStore, entry: OutboxEntry): Outcome {
  // What still waits for the same session is said in that session from now on.
  for (const one of store.entries()) {
    if (entry.opens !== undefined && one.opens === entry.opens) {
      store.change(one.messageID, { opens: undefined, creating: undefined })
    }
  }
  store.remove(entry.messageID)
  return over
}

function giveBack(store: OutboxStore, entry: OutboxEntry, failure: Failure): void {
  // Its session was deleted: nobody can open that one to find the text.
  const homeless = failure.isMissing ? { sessionID: undefined, opens: undefined } : {}
  store.change(entry.messageID, { state: "back", reason: reasonOf(failure), ...homeless })
}

type SessionEntry = OutboxEntry & { sessionID: string }

async function send(parts: Delivery, entry: SessionEntry, { taken, lost }: Ends): Promise<void> {
  const { sessionID, messageID, partID, text, agent, model } = entry
  // Before the request: the echo may come before its answer.
  const expected = parts.echoes.expect(sessionID, messageID)
  try {
    const body = {
      sessionID,
      messageID,
      parts: [{ id: partID, type: "text" as const, text }],
      ...(agent === undefined ? {} : { agent }),
      ...(model === undefined ? {} : { model }),
    }
    const { clock, client } = parts.room
    // Whoever leaves the server now still wants it sent. Whoever goes on with it looks first, and must not be
    // followed by a request that was held up.
    const post = (signal: AbortSignal) => answer(client.session.promptAsync(body, { signal }))
    await beforeDeadline(clock, answerMs, post, taken)
    while (!lost.aborted) {
      const echo = await expected.echo(lost)
      if (echo.kind === "echoed") return
      // While nobody can be asked, it stays where it is.
      const kept = await isKept(parts.room, entry, lost).catch(() => undefined)
      if (kept === true) return
      if (kept === false) {
        const sentence = echo.sentence ?? "The server did not keep the prompt. Send it again."
        throw new Failure(sentence, { final: true })
      }
    }
  } finally {
    expected.stop()
  }
}

/** Whether the server has it. 404 is also the answer for a session that is gone. */
async function isKept(room: ChatRoom, entry: OutboxEntry, lost: AbortSignal): Promise<boolean> {
  const { sessionID, messageID } = entry
  if (sessionID === undefined) return false
  try {
    const ask = (signal: AbortSignal) =>
      answer(room.client.session.message({ sessionID, messageID }, { signal }))
    return (await beforeDeadline(room.clock, answerMs, ask, lost)).info.id === messageID
  } catch (error) {
    if (failureOf(error).isMissing) return false
    throw error
  }
}
