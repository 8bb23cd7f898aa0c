// Sending a prompt: on the screen at once, on the server once, and taken back when the server does not keep it.
import type { TextPart, UserMessage } from "@opencode-ai/sdk/v2/client"
import { answer } from "../connection/client.ts"
import { Failure, failureOf } from "../connection/failure.ts"
import type { Prompt } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import type { ChatState, Turn } from "./chat-state.ts"
import type { HoldBack } from "./hold-back.ts"
import type { MakeId } from "./message-id.ts"
import type { Expected, Outbox } from "./outbox.ts"
import { placeTurn } from "./turn-order.ts"

export type SendParts = { room: ChatRoom; makeId: MakeId; holdBack: HoldBack; outbox: Outbox }

export async function sendPrompt(parts: SendParts, sessionID: string, prompt: Prompt): Promise<void> {
  const { room } = parts
  const ids: PromptIds = { sessionID, messageID: parts.makeId("msg"), partID: parts.makeId("prt") }
  room.change((draft) => {
    delete draft.errors[sessionID]
    showPending(draft, ids, prompt, room.clock.now())
  })
  // Before the request: the echo may come before its answer.
  const expected = parts.outbox.expect(sessionID, ids.messageID)
  try {
    await parts.holdBack.wait(sessionID)
    await post(parts, ids, prompt)
    await untilKept(room, ids, expected)
  } catch (error) {
    room.change((draft) => takeBack(draft, ids))
    throw failureOf(error)
  } finally {
    expected.stop()
  }
}

type PromptIds = { sessionID: string; messageID: string; partID: string }

async function post(parts: SendParts, ids: PromptIds, prompt: Prompt): Promise<void> {
  const { sessionID, messageID, partID } = ids
  try {
    await answer(
      parts.room.client.session.promptAsync({
        sessionID,
        messageID,
        parts: [{ id: partID, type: "text", text: prompt.text }],
        ...(prompt.agent === undefined ? {} : { agent: prompt.agent }),
        ...(prompt.model === undefined ? {} : { model: prompt.model }),
      }),
    )
  } catch (error) {
    // An answer is an answer. Without one, the prompt may well have arrived.
    if (failureOf(error).status !== undefined) throw error
    if (!(await isKept(parts.room, ids).catch(() => false))) throw error
  }
}

/** Resolves when the server has stored the prompt; rejects when it accepted and then dropped it. */
async function untilKept(room: ChatRoom, ids: PromptIds, expected: Expected): Promise<void> {
  while (!room.ended.aborted) {
    const echo = await expected.echo()
    if (echo.kind === "echoed") return
    // While nobody can be asked, it stays pending.
    const kept = await isKept(room, ids).catch(() => undefined)
    if (kept === true) return
    if (kept === false)
      throw new Failure(echo.sentence ?? "The server did not keep the prompt. Send it again.")
  }
}

async function isKept(room: ChatRoom, ids: PromptIds): Promise<boolean> {
  try {
    const { info } = await answer(
      room.client.session.message({ sessionID: ids.sessionID, messageID: ids.messageID }),
    )
    return info.id === ids.messageID
  } catch (error) {
    if (failureOf(error).status === 404) return false
    throw error
  }
}

function showPending(draft: ChatState, ids: PromptIds, prompt: Prompt, now: number): void {
  const turns = draft.messages[ids.sessionID]
  if (!turns) return
  const { sessionID, messageID } = ids
  // Last, whatever our clock says; the server's echo brings its own time.
  const created = Math.max(now, (turns.at(-1)?.info.time.created ?? 0) + 1)
  const info: UserMessage = {
    id: messageID,
    sessionID,
    role: "user",
    time: { created },
    agent: prompt.agent ?? "",
    model: prompt.model ?? { providerID: "", modelID: "" },
  }
  const part: TextPart = { id: ids.partID, sessionID, messageID, type: "text", text: prompt.text }
  const turn: Turn = { info, parts: [part], pending: true }
  placeTurn(turns, turn)
}

function takeBack(draft: ChatState, ids: PromptIds): void {
  const turns = draft.messages[ids.sessionID]
  const index = turns?.findIndex((turn) => turn.info.id === ids.messageID && turn.pending) ?? -1
  if (index >= 0) turns?.splice(index, 1)
}
