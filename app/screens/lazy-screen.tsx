// Screens are fetched when they are first shown. One whose connection broke off under it says so: an empty page would
// say nothing, and browsers try again only with a new one (app/base/arrived.ts).
import { type Component, lazy } from "solid-js"
import { arrived } from "../base/arrived.ts"
import { Button } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty.tsx"

export function lazyScreen<Props extends object>(load: () => Promise<Component<Props>>): Component<Props> {
  return lazy(async () => ({ default: (await arrived(load())) ?? MissingScreen }))
}

function MissingScreen() {
  return (
    <div role="alert">
      <EmptyState
        title="A part of this page did not arrive"
        text="The connection broke off. Nothing that you wrote is lost."
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      />
    </div>
  )
}
