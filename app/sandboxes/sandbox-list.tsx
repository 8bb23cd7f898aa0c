// All sandboxes of the person, and the data that deleted ones left behind.
import { A, useNavigate } from "@solidjs/router"
import Ellipsis from "lucide-solid/icons/ellipsis"
import { createSignal, For, Index, Show } from "solid-js"
import type { KeptData, Sandbox } from "../../shared/sandboxes.ts"
import { failureOf } from "../connection/failure.ts"
import { Button } from "../ui/button.tsx"
import { Dot } from "../ui/dot.tsx"
import { EmptyState } from "../ui/empty.tsx"
import { Menu } from "../ui/menu.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import { adoption } from "./adoption.ts"
import { keepFocus } from "./keep-focus.ts"
import { sandboxMenu } from "./sandbox-menu.ts"
import { newSandboxPath, sandboxPath } from "./sandbox-path.ts"
import { FormFailure } from "./sandbox-requests.ts"
import {
  activityWords,
  byteWords,
  roughTime,
  sleepWords,
  sourceWords,
  stateDot,
  stateWords,
  usageWords,
} from "./sandbox-words.ts"
import { useSpawning } from "./sandboxes-context.ts"
import "./sandbox-list.css"

export function SandboxList() {
  const sandboxes = useSpawning()
  return (
    <div class="sandbox-list">
      <Show when={sandboxes.trouble()}>
        {(sentence) => (
          <p class="sandbox-list-trouble" role="status">
            {sentence()}
          </p>
        )}
      </Show>
      <Show
        when={sandboxes.loaded()}
        fallback={
          <Show when={!sandboxes.trouble()}>
            <Skeleton label="Loading the sandboxes" rows={4} />
          </Show>
        }
      >
        <div class="sandbox-list-head">
          <span>
            {sandboxes.list().length} of {sandboxes.most()}
          </span>
          <A class="button" data-variant="primary" data-size="medium" href={newSandboxPath}>
            New sandbox
          </A>
        </div>
        <ul class="sandbox-rows" aria-label="Sandboxes">
          <For
            each={sandboxes.list()}
            fallback={
              <li>
                <EmptyState
                  title="You have no sandbox"
                  text="A sandbox is an OpenCode server that Sandbar starts for you: with a repository in it, asleep when nobody needs it."
                />
              </li>
            }
          >
            {(sandbox) => <Row sandbox={sandbox} />}
          </For>
        </ul>
        <Show when={sandboxes.data().length > 0}>
          <h2>Kept data</h2>
          <p class="sandbox-list-text">
            Files and sessions of sandboxes that were deleted. A new sandbox can go on with them.
          </p>
          <ul class="sandbox-rows" aria-label="Kept data">
            <For each={sandboxes.data()}>{(data) => <DataRow data={data} />}</For>
          </ul>
        </Show>
      </Show>
    </div>
  )
}

function Row(props: { sandbox: Sandbox }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const state = () => props.sandbox.state
  const facts = () =>
    [
      stateWords(state()),
      state() === "ready" ? activityWords(props.sandbox, sandboxes.now()) : undefined,
      sleepWords(props.sandbox, sandboxes.now()),
      usageWords(props.sandbox),
    ].filter((words) => words !== undefined)
  return (
    <li class="sandbox-row" ref={keepFocus}>
      <A class="sandbox-row-link" href={sandboxPath(props.sandbox.id)}>
        <Dot kind={stateDot(state())} label={stateWords(state())} />
        <span class="sandbox-row-who">
          <span class="sandbox-row-name">{props.sandbox.name}</span>
          <Show when={sourceWords(props.sandbox)}>{(source) => <code>{source()}</code>}</Show>
          <span class="sandbox-row-note sandbox-row-facts">
            <Index each={facts()}>
              {(words, at) => (
                <span class="sandbox-row-fact">
                  <Show when={at > 0}>
                    <span class="sandbox-row-apart"> · </span>
                  </Show>
                  {words()}
                </span>
              )}
            </Index>
          </span>
          <Show when={props.sandbox.failure}>
            {(failure) => <span class="sandbox-row-note">{failure().sentence}</span>}
          </Show>
        </span>
      </A>
      <Menu
        label={`Menu of ${props.sandbox.name}`}
        trigger={<Ellipsis />}
        items={sandboxMenu(sandboxes, props.sandbox, () => navigate(sandboxPath(props.sandbox.id)))}
      />
    </li>
  )
}

function DataRow(props: { data: KeptData }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const [trouble, setTrouble] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const adopt = async () => {
    const { id, template } = props.data
    setBusy(true)
    setTrouble(undefined)
    try {
      const sandbox = await sandboxes.spawn(adoption(props.data, template))
      navigate(sandboxPath(sandbox.id))
    } catch (error) {
      const failure = failureOf(error)
      if (failure instanceof FormFailure && failure.field === "template") sandboxes.ask({ kind: "adopt", id })
      else setTrouble(failure.message)
    } finally {
      setBusy(false)
    }
  }
  const words = () => {
    const { bytes, keptSince } = props.data
    const ago = sandboxes.now() - Date.parse(keptSince)
    const since = ago < 60_000 ? "deleted just now" : `deleted ${roughTime(ago)} ago`
    return bytes === undefined ? since : `${byteWords(bytes)} · ${since}`
  }
  return (
    <li class="sandbox-row" ref={keepFocus}>
      <span class="sandbox-row-link">
        <span class="sandbox-row-who">
          <span class="sandbox-row-name">{props.data.name}</span>
          <Show when={sourceWords(props.data)}>{(source) => <code>{source()}</code>}</Show>
          <span class="sandbox-row-note">{words()}</span>
          <span class="sandbox-row-trouble" role="alert">
            {trouble()}
          </span>
        </span>
      </span>
      <span class="sandbox-row-actions">
        <Button
          aria-label={`Adopt the data of ${props.data.name}`}
          disabled={busy()}
          onClick={() => void adopt()}
        >
          Adopt
        </Button>
        <Button
          aria-label={`Delete the data of ${props.data.name}`}
          onClick={() => sandboxes.ask({ kind: "delete-data", id: props.data.id })}
        >
          Delete
        </Button>
      </span>
    </li>
  )
}
