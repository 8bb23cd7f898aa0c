// What one sandbox is made of and how it is doing.
import { For, onMount, Show } from "solid-js"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { activityWords, msUntil, resourceWords, roughTime, sleepWords, usageWords } from "./sandbox-words.ts"
import { useSpawning } from "./sandboxes-context.ts"
import "./sandbox-facts.css"

type Fact = readonly [name: string, value: string | undefined]

export function SandboxFacts(props: { sandbox: Sandbox; now: number }) {
  const sandboxes = useSpawning()
  onMount(sandboxes.loadOffer)
  const offered = () => sandboxes.offer()?.templates.find(({ id }) => id === props.sandbox.template)
  // One that is not offered any more has no title.
  const template = () => offered()?.title ?? props.sandbox.template
  // Said also where nobody measures what is in use: not every cluster does.
  const limits = () => {
    const found = offered()
    return found && resourceWords(found)
  }
  const facts = (): Fact[] => {
    const { sandbox, now } = props
    const runs = sandbox.state === "ready"
    const ends = msUntil(sandbox.endsAt, now)
    return [
      ["Template", template()],
      ["Repository", sandbox.repository ?? undefined],
      ["Branch", sandbox.branch ?? undefined],
      ["Directory", sandbox.directory ?? undefined],
      ["Activity", activityWords(sandbox, now)],
      ["Idle", sleepWords(sandbox, now) ?? (runs ? "never sleeps by itself" : undefined)],
      ["Longest life", ends !== undefined && runs ? `ends in ${roughTime(ends)}` : undefined],
      ["In use", usageWords(sandbox)],
      ["May use", limits()],
      ["Created", new Date(sandbox.createdAt).toLocaleString()],
      ["Id", sandbox.id],
    ]
  }
  return (
    <dl class="sandbox-facts">
      <For each={facts()}>
        {([name, value]) => (
          <Show when={value}>
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          </Show>
        )}
      </For>
    </dl>
  )
}
