// Hands the chat to everything below the open server.
import type { ParentProps } from "solid-js"
import { defineContext } from "../base/define-context.ts"
import { useConnection } from "../connection/connection-context.tsx"
import type { Chat } from "./chat.ts"
import { createChat } from "./create-chat.ts"

const [ChatContextProvider, useChat] = defineContext<Chat>("ChatProvider")

/** For a chat that was made elsewhere: tests show views with a hand-made one. */
export { ChatContextProvider, useChat }

export function ChatProvider(props: ParentProps) {
  const chat = createChat(useConnection())
  return <ChatContextProvider value={chat}>{props.children}</ChatContextProvider>
}
