// The steps of a start as a vertical line with times. What is wrong stands where it went wrong, with what helps.
import Check from "lucide-solid/icons/check"
import { type Accessor, Index, type JSX, Match, Show, Switch } from "solid-js"
import type { Progress } from "../../shared/sandboxes.ts"
import { Dot } from "../ui/dot.tsx"
import { exactTime } from "./sandbox-words.ts"
import { stepName } from "./step-words.ts"
import "./progress-steps.css"

type ShownStep = Progress["steps"][number]

export type ProgressStepsProps = {
  progress: Progress
  /** The proxy's time in milliseconds, ticking. */
  now: Accessor<number>
  /** What helps against a failure; stands below its sentence. */
  remedies: JSX.Element
}

export function ProgressSteps(props: ProgressStepsProps) {
  return (
    <ol class="progress-steps" aria-label="Steps">
      <Index each={props.progress.steps}>
        {(step) => (
          <li
            class="progress-step"
            data-is={step().is}
            aria-current={step().is === "current" ? "step" : undefined}
          >
            <span class="step-mark">
              <Mark is={step().is} />
            </span>
            <span class="step-name">{stepName(step().step)}</span>
            <span class="step-time">{timeOf(step(), props.now())}</span>
            <Show when={step().is === "current" || step().is === "failed"}>
              <div class="step-words" role="status">
                <p data-failed={props.progress.failure ? "" : undefined}>
                  {props.progress.failure?.sentence ?? props.progress.sentence}
                </p>
                {/* Also while it may still pass by itself. */}
                <Show when={props.progress.failure}>{props.remedies}</Show>
              </div>
            </Show>
          </li>
        )}
      </Index>
    </ol>
  )
}

function Mark(props: { is: ShownStep["is"] }) {
  return (
    <Switch fallback={<Dot kind="asleep" label="Waiting" />}>
      <Match when={props.is === "done"}>
        <span role="img" aria-label="Done">
          <Check />
        </span>
      </Match>
      <Match when={props.is === "current"}>
        <Dot kind="checking" label="Now" />
      </Match>
      <Match when={props.is === "failed"}>
        <Dot kind="failed" label="Failed" />
      </Match>
    </Switch>
  )
}

/** How long it took, or takes until now; nothing for what did not begin. */
function timeOf({ is, startedAt, endedAt }: ShownStep, now: number): string | undefined {
  if (startedAt === undefined || is === "waiting") return undefined
  const end = endedAt === undefined ? undefined : Date.parse(endedAt)
  if (end === undefined && is !== "current") return undefined
  return exactTime((end ?? now) - Date.parse(startedAt))
}
