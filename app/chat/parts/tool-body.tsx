// What a tool line opens to: one view per tool that deserves one, input and output for every other.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import { A } from "@solidjs/router"
import { For, Match, Show, Switch } from "solid-js"
import { DiffView } from "../../ui/diff-view.tsx"
import { Markdown } from "../markdown/markdown.tsx"
import { shortPath, useTimeline } from "../timeline-context.ts"
import { metadataOf, text, todosOf } from "../tool-words.ts"
import { Output } from "./output.tsx"

export function ToolBody(props: { part: ToolPart }) {
  return (
    <div class="tool-body">
      <Switch fallback={<PlainBody part={props.part} />}>
        <Match when={props.part.tool === "bash"}>
          <BashBody part={props.part} />
        </Match>
        <Match when={text(metadataOf(props.part).diff)}>{(diff) => <ChangeBody diff={diff()} />}</Match>
        <Match when={props.part.tool === "write"}>
          <Output text={text(props.part.state.input.content)} />
        </Match>
        <Match when={props.part.tool === "todowrite"}>
          <TodoBody part={props.part} />
        </Match>
        <Match when={props.part.tool === "task"}>
          <TaskBody part={props.part} />
        </Match>
      </Switch>
      <Output kind="error" text={errorOf(props.part)} />
    </div>
  )
}

function outputOf(part: ToolPart): string {
  return part.state.status === "completed" ? part.state.output : text(metadataOf(part).output)
}

function errorOf(part: ToolPart): string {
  return part.state.status === "error" ? part.state.error : ""
}

function BashBody(props: { part: ToolPart }) {
  // While it runs the output grows in the metadata; later the metadata has it without the words for the model.
  const output = () => text(metadataOf(props.part).output) || outputOf(props.part)
  return <Output command={text(props.part.state.input.command)} text={output()} />
}

function ChangeBody(props: { diff: string }) {
  const place = useTimeline()
  return <DiffView diff={props.diff} nameOf={(path) => shortPath(path, place.directory())} />
}

const marks: Readonly<Record<string, string>> = { completed: "☑", in_progress: "◐", cancelled: "☒" }
const spoken: Readonly<Record<string, string>> = {
  completed: "Done",
  in_progress: "In progress",
  cancelled: "Dropped",
}

function TodoBody(props: { part: ToolPart }) {
  const todos = () => todosOf(metadataOf(props.part).todos ?? props.part.state.input.todos)
  return (
    <ul class="todo-list">
      <For each={todos()}>
        {(todo) => (
          <li data-status={todo.status}>
            <span role="img" aria-label={spoken[todo.status] ?? "Open"}>
              {marks[todo.status] ?? "☐"}
            </span>
            {todo.content}
          </li>
        )}
      </For>
    </ul>
  )
}

function TaskBody(props: { part: ToolPart }) {
  const place = useTimeline()
  const metadata = () => metadataOf(props.part)
  const session = () => text(metadata().sessionId) || text(metadata().sessionID)
  return (
    <>
      <Show when={session()}>
        {(id) => (
          <A class="task-link" href={place.sessionHref(id())}>
            Open the sub-agent's session
          </A>
        )}
      </Show>
      <Output text={text(props.part.state.input.prompt)} />
      <Show when={outputOf(props.part)}>
        {(output) => <Markdown text={output().replaceAll(/<\/?task_(?:result|metadata)>/g, "")} done />}
      </Show>
    </>
  )
}

function PlainBody(props: { part: ToolPart }) {
  const input = () => JSON.stringify(props.part.state.input, undefined, 2)
  return (
    <>
      <Show when={input() !== "{}"}>
        <Output text={input()} />
      </Show>
      <Show when={outputOf(props.part)}>{(output) => <Output text={output()} />}</Show>
    </>
  )
}
