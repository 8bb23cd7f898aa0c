import { For, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { Dot } from "../ui/dot.tsx"
import {
  type HealthStep,
  healthDot,
  healthSentence,
  healthWords,
  type ServerHealth,
} from "./server-health.ts"
import "./probe-result.css"

export type ProbeResultProps = {
  health: ServerHealth | undefined
  /** The address has a fault, which is said beside it: nothing is tested before that is mended. */
  quiet?: boolean
  /** Looks once more at what was looked at already. */
  onAgain?: () => void
}

/** The result of the live test, in a place of fixed size so that the form does not jump. */
export function ProbeResult(props: ProbeResultProps) {
  const steps = () => {
    const health = props.health
    const all = health && "steps" in health ? (health.steps ?? []) : []
    // How far it came matters when it failed; how long it took, when it did not.
    return health?.kind === "healthy" ? all.filter((step) => step.ms >= 1) : all
  }
  const done = () => props.health !== undefined && props.health.kind !== "checking"
  return (
    <div class="probe-result" data-quiet={props.quiet ? "" : undefined}>
      <div class="probe-words" role="status">
        <Show when={props.health} fallback={props.quiet ? "" : "The address is tested while you type."}>
          {(health) => (
            <>
              <div class="probe-sentence">
                <Dot kind={healthDot(health())} label={healthWords(health())} />
                <span>{sentence(health())}</span>
              </div>
              <ul class="probe-steps" aria-label="Steps of the test">
                <For each={steps()}>
                  {(step) => <li data-failed={step.ok ? undefined : ""}>{stepWords(step)}</li>}
                </For>
              </ul>
            </>
          )}
        </Show>
      </div>
      <Show when={done() && props.onAgain}>
        {(again) => (
          <Button class="probe-again" size="small" variant="quiet" onClick={() => again()()}>
            Test again
          </Button>
        )}
      </Show>
    </div>
  )
}

function sentence(health: ServerHealth): string {
  if (health.kind === "checking") return "Testing the connection."
  if (health.kind === "healthy") {
    const within = health.latencyMs === undefined ? "" : ` in ${health.latencyMs} ms`
    return `OpenCode ${health.version} answers${within}.`
  }
  const said = healthSentence(health) ?? ""
  const canWait = ["needs-password", "wrong-password", "starting", "signed-out"].includes(health.kind)
  return canWait ? said : `${said} You can save it anyway.`
}

const stepNames: Readonly<Record<string, string>> = {
  policy: "allowed",
  dns: "name",
  connect: "connect",
  tls: "TLS",
  http: "answer",
  opencode: "OpenCode",
  version: "version",
  password: "password",
}

function stepWords({ step, ok, ms }: HealthStep): string {
  const name = stepNames[step] ?? step
  if (!ok) return `${name} failed`
  return ms < 1 ? name : `${name} ${Math.round(ms)} ms`
}
