// One sandbox: how it starts, step by step, with its log beside it; and, once it runs, what it is.
import Ellipsis from "lucide-solid/icons/ellipsis"
import { createEffect, createMemo, Match, on, onCleanup, Show, Switch } from "solid-js"
import type { Progress, Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { createMedia } from "../ui/create-media.ts"
import { Disclosure } from "../ui/disclosure.tsx"
import { Menu } from "../ui/menu.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import { createProgress } from "./create-progress.ts"
import { createSeconds } from "./create-seconds.ts"
import { FailureRemedies } from "./failure-remedies.tsx"
import { focusMain } from "./keep-focus.ts"
import { ProgressSteps } from "./progress-steps.tsx"
import { SandboxFacts } from "./sandbox-facts.tsx"
import { SandboxLog } from "./sandbox-log.tsx"
import { attempt, sandboxMenu } from "./sandbox-menu.ts"
import { exactTime, stateWords } from "./sandbox-words.ts"
import { useSpawning } from "./sandboxes-context.ts"
import "./sandbox-view.css"

export type SandboxViewProps = {
  sandbox: Sandbox
  /** Opens its server, as it is. */
  onOpen: () => void
}

export function SandboxView(props: SandboxViewProps) {
  const sandboxes = useSpawning()
  // One view for each sandbox: the screen builds it anew for another id.
  const { id } = props.sandbox
  const { progress, trouble, missing } = createProgress(id, sandboxes.requests.progress)
  const now = createSeconds(sandboxes.timeNow)
  onCleanup(sandboxes.attend(id))
  const wide = createMedia("(width >= 1000px)")
  /** The stream is told first; the list knows what happens while the stream is down. */
  const state = createMemo(() => progress()?.state ?? props.sandbox.state)
  let waits = false
  createEffect(
    on(state, (is, was) => {
      if (was !== undefined) sandboxes.refresh()
      // Whoever comes while it starts waits for it; a later start is waited for where somebody asked for it.
      if (is === "starting" && was !== is)
        waits = was === undefined || sandboxes.isWaking(id) || sandboxes.isAwaited(id)
      if (was === "starting" && is === "ready" && waits) props.onOpen()
    }),
  )
  // The page that has this view says it, once the list does.
  createEffect(on(missing, () => sandboxes.refresh(), { defer: true }))
  const showsSteps = () => state() === "starting" || state() === "failed"
  const words = () => {
    const told = progress()
    return state() === "starting" && told ? estimate(told, now()) : `${stateWords(state())}.`
  }
  const menu = () => sandboxMenu(sandboxes, props.sandbox)
  const log = () => <SandboxLog id={id} goesOn={state() === "starting" || state() === "ready"} />

  return (
    <div class="sandbox-view">
      <section class="sandbox-main">
        <Show when={trouble()}>
          {(sentence) => (
            <p class="sandbox-trouble" role="status">
              What is shown may be old. {sentence()}
            </p>
          )}
        </Show>
        <div class="sandbox-head">
          <p class="sandbox-estimate">{words()}</p>
          <Show when={menu().length > 0}>
            <Menu label={`Menu of ${props.sandbox.name}`} trigger={<Ellipsis />} items={menu()} />
          </Show>
        </div>
        <Switch>
          <Match when={showsSteps()}>
            <Show when={progress()} fallback={<Skeleton label="Loading the steps" rows={5} />}>
              {(told) => (
                <ProgressSteps
                  progress={told()}
                  now={now}
                  remedies={
                    <Show when={told().failure}>
                      {(failure) => (
                        <FailureRemedies
                          failure={failure()}
                          sandbox={props.sandbox}
                          isTried={told().state === "starting"}
                        />
                      )}
                    </Show>
                  }
                />
              )}
            </Show>
          </Match>
          <Match when={true}>
            <SandboxFacts sandbox={props.sandbox} now={sandboxes.now()} />
          </Match>
        </Switch>
        <Actions {...props} state={state()} />
      </section>
      <section class="sandbox-side" aria-label="Log">
        <Show when={wide()} fallback={<Disclosure summary="Log">{log()}</Disclosure>}>
          <h2>Log</h2>
          {log()}
        </Show>
      </section>
    </div>
  )
}

function Actions(props: SandboxViewProps & { state: Sandbox["state"] }) {
  const sandboxes = useSpawning()
  const id = () => props.sandbox.id
  let element: HTMLDivElement | undefined
  // These buttons go away by what they do.
  const act = (action: Promise<void>) => {
    attempt(action)
    if (element) focusMain(element)
  }
  const stop = () => act(sandboxes.stop(id()))
  return (
    <div ref={element} class="sandbox-actions">
      <Switch>
        <Match when={props.state === "starting"}>
          <Show when={props.sandbox.isFresh} fallback={<Button onClick={stop}>Stop starting</Button>}>
            <Button onClick={() => sandboxes.ask({ kind: "cancel", id: id() })}>Cancel</Button>
          </Show>
        </Match>
        <Match when={props.state === "ready"}>
          <Button variant="primary" onClick={() => props.onOpen()}>
            Open
          </Button>
          <Button onClick={stop}>Stop sandbox</Button>
        </Match>
        <Match when={props.state === "stopped"}>
          <Button variant="primary" onClick={() => act(sandboxes.wake(id()))}>
            Wake
          </Button>
          <Button onClick={() => props.onOpen()}>Write a prompt</Button>
          <Button onClick={() => sandboxes.ask({ kind: "delete", id: id() })}>Delete</Button>
        </Match>
      </Switch>
    </div>
  )
}

/** `8 s so far, usually 20 s` */
function estimate({ steps, usualMs }: Progress, now: number): string {
  const begun = steps.find(({ startedAt }) => startedAt !== undefined)?.startedAt
  const soFar = begun === undefined ? "Just begun" : `${exactTime(now - Date.parse(begun))} so far`
  return usualMs === undefined ? `${soFar}.` : `${soFar}, usually ${exactTime(usualMs)}.`
}
