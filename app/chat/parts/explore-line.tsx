import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import FolderSearch from "lucide-solid/icons/folder-search"
import { createMemo, For, Show } from "solid-js"
import { Disclosure } from "../../ui/disclosure.tsx"
import { useTimeline } from "../timeline-context.ts"
import { exploreWords } from "../tool-words.ts"
import { ToolLine } from "./tool-line.tsx"

/** Looking around, however many steps, is one line; it opens to the steps. */
export function ExploreLine(props: { parts: readonly ToolPart[] }) {
  const place = useTimeline()
  const byId = createMemo(() => new Map(props.parts.map((part) => [part.id, part])))
  const ids = createMemo(() => [...byId().keys()])
  const running = () => props.parts.some((part) => part.state.status !== "completed")
  const waits = () => running() && props.parts.some((part) => place.waitsFor(part))
  const lines = () => (
    <For each={ids()}>
      {(id) => <Show when={byId().get(id)}>{(part) => <ToolLine part={part()} />}</Show>}
    </For>
  )
  return (
    <Show when={ids().length > 1} fallback={lines()}>
      <Disclosure
        class="tool-line"
        summary={
          <span class="tool-summary">
            <FolderSearch />
            <span class="tool-verb">{exploreWords(props.parts)}</span>
            <span class="tool-object" />
            <span class="tool-time" classList={{ working: running() && !waits() }}>
              {waits() ? "waits for you" : running() ? "running" : ""}
            </span>
          </span>
        }
      >
        <div class="tool-steps">{lines()}</div>
      </Disclosure>
    </Show>
  )
}
