import { createMemo, Index, Show } from "solid-js"
import { Markdown } from "../markdown/markdown.tsx"
import { gapMark } from "../text-after-gap.ts"

/** Text of the agent while it is written; where a gap in the events took words away, it says so. */
export function GrowingText(props: { text: string; done: boolean }) {
  const pieces = createMemo(() => props.text.split(gapMark))
  const note = () => {
    if (props.done) return "Some words are missing here."
    if (pieces()[0] === "") return "The beginning appears when the answer is complete."
    return "The words that are missing here appear when the answer is complete."
  }
  return (
    <Index each={pieces()}>
      {(piece, index) => (
        <>
          <Show when={index > 0}>
            <p class="turn-note">{note()}</p>
          </Show>
          <Show when={index > 0 || pieces().length === 1 || piece() !== ""}>
            <Markdown text={piece()} done={props.done || index < pieces().length - 1} />
          </Show>
        </>
      )}
    </Index>
  )
}
