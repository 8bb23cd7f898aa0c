// What a link with `?add=` opens: the filled-in form, or the list when the server is in it already.
import { createSignal, onMount, untrack } from "solid-js"
import { knownServer, type LinkedServer } from "../servers/linked-server.ts"
import { Picker } from "../servers/picker.tsx"
import { useServers } from "../servers/server-context.tsx"
import { notify } from "../ui/notices.tsx"

export function LinkedPicker(props: { linked: LinkedServer; onClose: () => void }) {
  const servers = useServers()
  // As it was when the link was opened: once added, the server is known.
  const known = untrack(() => knownServer(props.linked, servers.find))
  const [open, setOpen] = createSignal(true)
  const isHidden = () => servers.hidden().some((server) => server.id === known?.id)
  onMount(() => {
    if (!known) return
    const where = isHidden() ? "in your list already, but hidden" : "in your list already"
    notify({ text: `“${known.name}” is ${where}.` })
  })
  const show = (next: boolean) => {
    setOpen(next)
    if (!next) props.onClose()
  }
  return (
    <Picker
      open={open()}
      onOpenChange={show}
      {...(known ? { focusId: known.id } : { form: { linked: props.linked, field: "address" as const } })}
    />
  )
}
