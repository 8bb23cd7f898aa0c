import { createEffect, createSignal, on, Show } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"

/** Where a new session will work. A hint: while the server does not say, nothing is shown. */
export function WorkingDirectory() {
  const connection = useConnection()
  const [directory, setDirectory] = createSignal("")
  createEffect(
    on(connection.link.state, (link) => {
      if (link !== "live" || directory() !== "") return
      connection.client.path.get().then(
        (answer) => setDirectory(answer.data?.directory ?? ""),
        () => setDirectory(""),
      )
    }),
  )
  return (
    <Show when={directory()}>
      <span class="working-directory">
        The agent works in <code>{directory()}</code>
      </span>
    </Show>
  )
}
