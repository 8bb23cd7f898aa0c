// Asks for the answer that a stored prompt never got. Sent again with its own id and without parts, it keeps its
// text and is answered once, however many ask at the same time (measured); only an older one would run a second time.
import type { UserMessage } from "@opencode-ai/sdk/v2/client"
import { answer } from "../connection/client.ts"
import type { ChatRoom } from "./chat-room.ts"
import type { HoldBack } from "./hold-back.ts"

export type RetryPrompt = (prompt: UserMessage) => Promise<void>

export function makeRetryPrompt(room: Pick<ChatRoom, "client">, holdBack: HoldBack): RetryPrompt {
  const underWay = new Set<string>()
  return async ({ id: messageID, sessionID, agent, model, system, tools }) => {
    if (underWay.has(messageID)) return
    underWay.add(messageID)
    try {
      await holdBack.wait(sessionID)
      const [newest] = await answer(room.client.session.messages({ sessionID, limit: 1 }))
      // Answered, or left behind, while the button was on its way.
      if (newest?.info.id !== messageID) return
      const { variant, ...plain } = model
      await answer(
        room.client.session.promptAsync({
          sessionID,
          messageID,
          parts: [],
          agent,
          model: plain,
          ...(variant === undefined ? {} : { variant }),
          ...(system === undefined ? {} : { system }),
          ...(tools === undefined ? {} : { tools }),
        }),
      )
    } finally {
      underWay.delete(messageID)
    }
  }
}
