import { createSignal, For, Show } from "solid-js"
import { visibleLine, visibleText } from "../base/visible-text.ts"
import "./diff-view.css"
import { PathLabel } from "./path-label.tsx"
import { type DiffLine, type FileDiff, parseDiff } from "./unified-diff.ts"

/** Above this, the rest waits for a press: a generated file must not freeze the page. */
const linesAtFirst = 400

export type DiffViewProps = {
  /** A unified diff. */
  diff: string
  /** How a path is written above its lines; left out, paths stand as they are in the diff. */
  nameOf?: (path: string) => string
}

/** A diff to read, one column, removed above added. */
export function DiffView(props: DiffViewProps) {
  const files = () => parseDiff(props.diff)
  return (
    <Show when={files().length > 0} fallback={<pre class="diff-raw">{visibleText(props.diff)}</pre>}>
      <For each={files()}>
        {(file) => <FileView file={file} name={props.nameOf?.(file.path) ?? file.path} />}
      </For>
    </Show>
  )
}

function FileView(props: { file: FileDiff; name: string }) {
  const [all, setAll] = createSignal(false)
  const lines = () => (all() ? props.file.lines : props.file.lines.slice(0, linesAtFirst))
  const hidden = () => props.file.lines.length - lines().length
  return (
    <figure class="diff-view">
      <figcaption class="diff-head">
        <span class="diff-path">
          <PathLabel path={visibleLine(props.name)} />
        </span>
        <DiffCounts added={props.file.added} removed={props.file.removed} />
      </figcaption>
      <div class="diff-lines" tabindex="0">
        <div class="diff-sheet">
          <For each={lines()}>{(line) => <LineView line={line} />}</For>
        </div>
      </div>
      <Show when={hidden() > 0}>
        <button type="button" class="diff-more" onClick={() => setAll(true)}>
          Show {hidden()} more lines
        </button>
      </Show>
    </figure>
  )
}

const signs = { same: " ", added: "+", removed: "−", gap: "⋯" } as const

function LineView(props: { line: DiffLine }) {
  const before = () => ("before" in props.line ? props.line.before : "")
  const after = () => ("after" in props.line ? props.line.after : "")
  return (
    <div class="diff-line" data-kind={props.line.kind}>
      <span class="diff-number">{props.line.kind === "removed" ? before() : after()}</span>
      <span class="diff-sign">{signs[props.line.kind]}</span>
      <span class="diff-text">{"text" in props.line ? visibleText(withoutReturn(props.line.text)) : ""}</span>
    </div>
  )
}

/** A file with Windows line ends has one on every line. */
function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text
}

/** "+4 −1" */
export function DiffCounts(props: { added: number; removed: number }) {
  return (
    <span class="diff-counts">
      <span data-kind="added">+{props.added}</span> <span data-kind="removed">−{props.removed}</span>
    </span>
  )
}
