// What a tool line opens to: one view per tool that deserves one, input and output for every other.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import { A } from "@solidjs/router"
import { For, Match, Show, Switch } from "solid-js"
import { lookUp } from "../../base/bare-record.ts"
import { shortPath } from "../../base/short-path.ts"
import { visibleText } from "../../base/visible-text.ts"
import { DiffView } from "../../ui/diff-view.tsx"
import { Markdown } from "../markdown/markdown.tsx"
import { plainText } from "../plain-text.ts"
import { useTimeline } from "../timeline-context.ts"
import { settledSentence } from "../tool-outcome.ts"
import { answersOf, metadataOf, questionsOf, text, todosOf } from "../tool-words.ts"
import { Output } from "./output.tsx"
import { readContent } from "./read-content.ts"

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
        <Match when={props.part.tool === "read" && props.part.state.status === "completed"}>
          <Output text={readContent(outputOf(props.part))} />
        </Match>
        <Match when={props.part.tool === "question"}>
          <QuestionBody part={props.part} />
        </Match>
      </Switch>
      <Show when={settledSentence(props.part)} fallback={<Output kind="error" text={errorOf(props.part)} />}>
        {(sentence) => <p class="tool-settled">{sentence()}</p>}
      </Show>
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
            <span role="img" aria-label={lookUp(spoken, todo.status) ?? "Open"}>
              {lookUp(marks, todo.status) ?? "☐"}
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

/** What was asked and what the person answered; the output repeats it in words for the model. */
function QuestionBody(props: { part: ToolPart }) {
  const questions = () => questionsOf(props.part.state.input.questions)
  const answers = () => answersOf(metadataOf(props.part).answers)
  return (
    <dl class="tool-fields">
      <For each={questions()}>
        {(question, index) => (
          <>
            <dt>{question}</dt>
            <dd>{answers()[index()]?.join(", ") || "No answer"}</dd>
          </>
        )}
      </For>
    </dl>
  )
}

function PlainBody(props: { part: ToolPart }) {
  const fields = () => Object.entries(props.part.state.input)
  return (
    <>
      <Show when={fields().length > 0}>
        <dl class="tool-fields">
          <For each={fields()}>
            {([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd data-code="" tabindex="0">
                  {fieldText(value)}
                </dd>
              </>
            )}
          </For>
        </dl>
      </Show>
      <Show when={outputOf(props.part)}>{(output) => <Output text={output()} />}</Show>
    </>
  )
}

function fieldText(value: unknown): string {
  return visibleText(
    plainText(typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "")),
  )
}
