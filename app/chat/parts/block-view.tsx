// One renderer per kind of block.
import { Match, Switch } from "solid-js"
import type { Block } from "../blocks.ts"
import { errorSentence, wasStopped } from "../sentences.ts"
import { ExploreLine } from "./explore-line.tsx"
import { FileChip } from "./file-chip.tsx"
import { GrowingText } from "./growing-text.tsx"
import { ReasoningLine } from "./reasoning-line.tsx"
import { ToolLine } from "./tool-line.tsx"

/** Narrows by kind; `<Match when>` needs a value, so a block of another kind is undefined. */
function as<K extends Block["kind"]>(block: Block, kind: K): Extract<Block, { kind: K }> | undefined {
  return block.kind === kind ? (block as Extract<Block, { kind: K }>) : undefined
}

export function BlockView(props: { block: Block; working: boolean }) {
  return (
    <Switch>
      <Match when={as(props.block, "text")}>
        {(block) => (
          <GrowingText
            text={block().part.text}
            done={!props.working || block().part.time?.end !== undefined}
          />
        )}
      </Match>
      <Match when={as(props.block, "tool")}>{(block) => <ToolLine part={block().part} />}</Match>
      <Match when={as(props.block, "explore")}>{(block) => <ExploreLine parts={block().parts} />}</Match>
      <Match when={as(props.block, "reasoning")}>
        {(block) => <ReasoningLine part={block().part} working={props.working} />}
      </Match>
      <Match when={as(props.block, "file")}>{(block) => <FileChip part={block().part} />}</Match>
      <Match when={as(props.block, "subtask")}>
        {(block) => (
          <p class="turn-note">
            Delegated to {block().part.agent}: {block().part.description}
          </p>
        )}
      </Match>
      <Match when={as(props.block, "retry")}>
        {(block) => (
          <p class="turn-note">
            Attempt {block().part.attempt} failed: {block().part.error.data.message}
          </p>
        )}
      </Match>
      <Match when={as(props.block, "compaction")}>
        <p class="turn-note">The session was summarised to make room.</p>
      </Match>
      <Match when={as(props.block, "error")}>{(block) => <ErrorBlock error={block().error} />}</Match>
    </Switch>
  )
}

function ErrorBlock(props: { error: Extract<Block, { kind: "error" }>["error"] }) {
  return (
    <p
      class={wasStopped(props.error) ? "turn-note" : "turn-error"}
      role={wasStopped(props.error) ? undefined : "alert"}
    >
      {errorSentence(props.error)}
    </p>
  )
}
