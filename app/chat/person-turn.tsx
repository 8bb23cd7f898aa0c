import type { FilePart, TextPart } from "@opencode-ai/sdk/v2/client"
import { createMemo, For, Show } from "solid-js"
import type { PromptTurn } from "./exchanges.ts"
import { FileChip } from "./parts/file-chip.tsx"
import { PersonText } from "./person-text.tsx"
import { WaitingNote } from "./waiting-prompt.tsx"

/** What the person wrote, as they wrote it. Texts that the server added for the model stay hidden. */
export function PersonTurn(props: { turn: PromptTurn; note?: string | undefined }) {
  const texts = createMemo(() =>
    props.turn.parts.filter(
      (part): part is TextPart => part.type === "text" && !part.synthetic && !part.ignored,
    ),
  )
  const files = createMemo(() => props.turn.parts.filter((part): part is FilePart => part.type === "file"))
  const compacts = () => props.turn.parts.some((part) => part.type === "compaction")
  return (
    <Show
      when={texts().length + files().length > 0}
      fallback={
        <Show when={compacts()}>
          <p class="turn-note">The session was summarised to make room.</p>
        </Show>
      }
    >
      <article class="person-turn" aria-label="You" data-pending={props.turn.pending ? "" : undefined}>
        <For each={texts()}>{(part) => <PersonText text={part.text} />}</For>
        <Show when={files().length > 0}>
          <p class="person-files">
            <For each={files()}>{(part) => <FileChip part={part} />}</For>
          </p>
        </Show>
        <Show when={props.turn.pending} fallback={<Note text={props.note} />}>
          <WaitingNote messageID={props.turn.info.id} otherwise={<Note text={props.note} />} />
        </Show>
      </article>
    </Show>
  )
}

function Note(props: { text: string | undefined }) {
  return (
    <Show when={props.text}>
      <p class="person-note">{props.text}</p>
    </Show>
  )
}
