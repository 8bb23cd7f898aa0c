// What stands while one server is open: its stores, and the frame that stays when the screen in it changes.
import { useParams } from "@solidjs/router"
import { createEffect, on, type ParentProps, Suspense } from "solid-js"
import { AsksProvider } from "../asks/asks-context.tsx"
import { ChatProvider, useChat } from "../chat/chat-context.tsx"
import { titleOf } from "../chat/session-groups.ts"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"
import { Frame } from "./frame.tsx"
import { SessionSidebar } from "./session-sidebar.tsx"

export function OpenServer(props: ParentProps) {
  const servers = useServers()
  const { server, link } = useConnection()
  // The health poll is the first to see a server come back; a link that waits out its backoff need not.
  createEffect(
    on(
      () => servers.health(server.id).kind,
      (kind) => kind === "healthy" && link.state() !== "live" && link.retryNow(),
      { defer: true },
    ),
  )
  return (
    <ChatProvider>
      <AsksProvider>
        <Framed>{props.children}</Framed>
      </AsksProvider>
    </ChatProvider>
  )
}

function Framed(props: ParentProps) {
  const chat = useChat()
  const params = useParams()
  const session = () => chat.state.sessions[params.session ?? ""]
  const title = () => {
    const known = session()
    if (known) return titleOf(known)
    return params.session ? "Session" : "New session"
  }
  return (
    <Frame title={title()} sidebar={<SessionSidebar currentID={session()?.parentID ?? params.session} />}>
      <Suspense>{props.children}</Suspense>
    </Frame>
  )
}
