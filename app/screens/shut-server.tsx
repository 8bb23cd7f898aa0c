// In place of the session while the server has never let us in: one sentence, and what to do.
import { useConnection } from "../connection/connection-context.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { healthSentence } from "../servers/server-health.ts"
import { EmptyState } from "../ui/empty.tsx"
import { Remedies } from "./remedies.tsx"
import "./shut-server.css"

export function ShutServer(props: { onEdit: (form: PickerForm) => void }) {
  const { server, link } = useConnection()
  const servers = useServers()
  const words = () => {
    const health = servers.health(server.id)
    const name = servers.find(server.id)?.name ?? server.name
    if (health.kind === "needs-password")
      return { title: `“${name}” needs a password`, text: "Its sessions open once you enter it." }
    if (health.kind === "wrong-password")
      return { title: `“${name}” refuses this password`, text: "Check the user name and the password." }
    return {
      title: `“${name}” cannot be opened`,
      text: healthSentence(health) ?? link.reason() ?? "The server refused the connection.",
    }
  }
  return (
    <div class="shut-server">
      <EmptyState title={words().title} text={words().text} action={<Remedies onEdit={props.onEdit} />} />
    </div>
  )
}
