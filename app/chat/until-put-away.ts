// OpenCode 1 says that a failed turn is idle before it has put it away, and a prompt that comes in between is stored and
// never answered. On a machine that is short of time that lasts seconds (measured: 0.9 s), so a prompt that may
// follow a failed turn first looks whether the server has written down when that one ended.
import type { Message } from "@opencode-ai/sdk/v2/client"
import { beforeDeadline } from "../connection/before-deadline.ts"
import { answer } from "../connection/client.ts"
import type { ChatRoom } from "./chat-room.ts"
import { settleMs } from "./hold-back.ts"

const answerMs = 15_000
/** A turn that a crash cut off never ends. */
const mostLooks = 10

export async function untilPutAway(
  room: Pick<ChatRoom, "client" | "clock">,
  sessionID: string,
  lost: AbortSignal,
): Promise<void> {
  for (let looks = 0; looks < mostLooks && !lost.aborted; looks++) {
    const turn = await lastOfIdle(room, sessionID, lost)
    if (turn?.role !== "assistant" || (turn.time.completed !== undefined && !turn.error)) return
    await new Promise<void>((resolve) => void room.clock.after(settleMs, resolve))
    if (turn.time.completed !== undefined) return
  }
}

/** The newest message; undefined while the session is at work, where prompts are safe. */
function lastOfIdle(
  { client, clock }: Pick<ChatRoom, "client" | "clock">,
  sessionID: string,
  lost: AbortSignal,
): Promise<Message | undefined> {
  const look = async (signal: AbortSignal) => {
    const [status, newest] = await Promise.all([
      answer(client.session.status({}, { signal })),
      answer(client.session.messages({ sessionID, limit: 1 }, { signal })),
    ])
    return status[sessionID] ? undefined : newest[0]?.info
  }
  return beforeDeadline(clock, answerMs, look, lost)
}
