// The sidebar of every screen below one server.
import { useNavigate } from "@solidjs/router"
import { createMemo } from "solid-js"
import { useAsks } from "../asks/asks-context.tsx"
import { needsYou } from "../asks/needs-you.ts"
import { useChat } from "../chat/chat-context.tsx"
import { SessionList } from "../chat/session-list.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { serverPath } from "../servers/server-path.ts"
import { sessionPath } from "./session-path.ts"

export function SessionSidebar(props: { currentID?: string | undefined }) {
  const chat = useChat()
  const asks = useAsks()
  const { server } = useConnection()
  const navigate = useNavigate()
  const waiting = createMemo(() => needsYou(asks.all(), (id) => chat.state.sessions[id]?.parentID))
  return (
    <SessionList
      newHref={serverPath(server.id)}
      hrefOf={(id) => sessionPath(server.id, id)}
      currentID={props.currentID}
      asksOf={(id) => waiting().get(id) ?? 0}
      onCurrentDeleted={() => navigate(serverPath(server.id))}
    />
  )
}
