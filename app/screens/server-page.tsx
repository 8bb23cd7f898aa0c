// The frame around every screen of an open server, or why the server does not open.
import { useParams } from "@solidjs/router"
import { createSignal, type ParentProps, Show, Suspense } from "solid-js"
import { useAsks } from "../asks/asks-context.tsx"
import { useChat } from "../chat/chat-context.tsx"
import { titleOf } from "../chat/session-groups.ts"
import { useConnection } from "../connection/connection-context.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { healthWords } from "../servers/server-health.ts"
import { createPageTitle } from "./create-page-title.ts"
import { createSandboxWake } from "./create-sandbox-wake.ts"
import { createShut } from "./create-shut.ts"
import { Frame } from "./frame.tsx"
import { SessionSidebar } from "./session-sidebar.tsx"
import { ShutServer } from "./shut-server.tsx"

export function ServerPage(props: ParentProps) {
  const chat = useChat()
  const asks = useAsks()
  const servers = useServers()
  const { server } = useConnection()
  const params = useParams()
  const [form, setForm] = createSignal<PickerForm>()
  const isShut = createShut()
  // What a sleeping sandbox said last is still true: it stays, and above it how to wake it.
  const rests = () => servers.spawned?.row(server.id) !== undefined && chat.stale()
  const shut = () => isShut() && !rests()
  createSandboxWake()
  const session = () => chat.state.sessions[params.session ?? ""]
  const title = () => {
    if (shut()) return healthWords(servers.health(server.id))
    const known = session()
    if (known) return titleOf(known)
    return params.session ? "Session" : "New session"
  }
  createPageTitle(() => {
    const waiting = asks.all().length
    const mark = waiting > 0 ? `(${waiting}) ` : ""
    return [mark + title(), servers.find(server.id)?.name ?? server.name]
  })
  return (
    <Frame
      title={title()}
      bare={shut()}
      sidebar={<SessionSidebar currentID={session()?.parentID ?? params.session} />}
      form={form()}
      onForm={setForm}
    >
      <Show when={!shut()} fallback={<ShutServer onEdit={setForm} />}>
        <Suspense>{props.children}</Suspense>
      </Show>
    </Frame>
  )
}
