// What helps against a failure, most helpful first, as buttons.
import { A, useNavigate } from "@solidjs/router"
import { createSignal, For, Match, Show, Switch } from "solid-js"
import type { Failure, Remedy, Sandbox } from "../../shared/sandboxes.ts"
import { failureOf } from "../connection/failure.ts"
import { Button } from "../ui/button.tsx"
import { Disclosure } from "../ui/disclosure.tsx"
import { notify } from "../ui/notices.tsx"
import { newSandboxPath, sandboxesListPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"
import { draftOf, makeSpawnDraft } from "./spawn-draft.ts"
import { operatorMessage, remedyLabel } from "./step-words.ts"
import "./failure-remedies.css"

export type FailureRemediesProps = {
  failure: Failure
  sandbox: Sandbox
  /** It is still tried, again and again. */
  isTried: boolean
}

export function FailureRemedies(props: FailureRemediesProps) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const [busy, setBusy] = createSignal(false)
  const [trouble, setTrouble] = createSignal<string>()
  const start = async (options?: { force: boolean }) => {
    setBusy(true)
    setTrouble(undefined)
    try {
      await sandboxes.wake(props.sandbox.id, options)
    } catch (error) {
      setTrouble(failureOf(error).message)
    } finally {
      setBusy(false)
    }
  }
  const edit = () => {
    makeSpawnDraft().set(draftOf(props.sandbox))
    navigate(newSandboxPath)
  }
  const act = (remedy: Exclude<Remedy, "wait" | "free">) => {
    if (remedy === "retry") return void start()
    if (remedy === "force") return void start({ force: true })
    if (remedy === "edit") return edit()
    if (remedy === "delete") return sandboxes.ask({ kind: "delete", id: props.sandbox.id })
    void copy(operatorMessage(props.failure, props.sandbox), "The message is copied.")
  }
  // A newer proxy may say one thing twice; a button stands there once.
  const remedies = () => [...new Set(props.failure.remedies)]
  // Below a fresh start stands Cancel, which deletes.
  const deletes = () => !(props.isTried && props.sandbox.isFresh)
  const buttons = () => remedies().filter((remedy) => remedy !== "wait" && (remedy !== "delete" || deletes()))
  return (
    <div class="failure-remedies">
      <Show when={remedies().includes("wait")}>
        <p>You can also wait: it goes on by itself as soon as it can.</p>
      </Show>
      <div class="failure-buttons">
        <For each={buttons()}>
          {(remedy, at) => (
            <Switch
              fallback={
                <Button
                  variant={at() === 0 ? "primary" : "plain"}
                  disabled={busy() && (remedy === "retry" || remedy === "force")}
                  onClick={() => act(remedy as Exclude<Remedy, "wait" | "free">)}
                >
                  {remedyLabel(remedy as Exclude<Remedy, "wait">)}
                </Button>
              }
            >
              <Match when={remedy === "free"}>
                <A
                  class="button"
                  data-variant={at() === 0 ? "primary" : "plain"}
                  data-size="medium"
                  href={sandboxesListPath}
                >
                  {remedyLabel("free")}
                </A>
              </Match>
            </Switch>
          )}
        </For>
        <Show when={props.failure.details}>
          <Button
            variant="quiet"
            onClick={() => void copy(detailsOf(props.failure), "The details are copied.")}
          >
            Copy details
          </Button>
        </Show>
      </div>
      <p class="failure-trouble" role="alert">
        {trouble()}
      </p>
      <Show when={props.failure.details}>
        <Disclosure summary="Details" class="failure-details">
          <pre>{props.failure.details}</pre>
        </Disclosure>
      </Show>
    </div>
  )
}

function detailsOf({ code, step, sentence, details }: Failure): string {
  return `${sentence}\n${step}: ${code}\n\n${details}`
}

async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify({ text: done })
  } catch {
    // Over plain http there is no clipboard, and a browser may refuse.
    notify({ kind: "warn", text: "This browser did not copy it. Select the text under Details." })
  }
}
