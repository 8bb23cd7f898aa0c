import { createSignal, onCleanup, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty.tsx"

/** Until the proxy has answered. Blank at first: usually the answer is here before anyone could read. */
export function Starting(props: { trouble: string | undefined }) {
  const [due, setDue] = createSignal(false)
  const timer = setTimeout(() => setDue(true), 600)
  onCleanup(() => clearTimeout(timer))
  return (
    <main role="status">
      <Show when={due()}>
        <EmptyState
          title="Starting Sandbar"
          text={props.trouble ?? "Waiting for Sandbar's proxy."}
          action={<Button onClick={() => window.location.reload()}>Reload page</Button>}
        />
      </Show>
    </main>
  )
}
