import { Show } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { Button } from "../ui/button.tsx"
import { Select } from "../ui/select.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import type { Choice } from "./choice.ts"
import { refOf } from "./offer.ts"
import type { OfferResource } from "./offer-resource.ts"

/** Stands for "the server decides"; agents and models have no empty names. */
const serversChoice = ""

/** Who answers: agent and model. Empty until the server has said what it offers. */
export function ChoiceBar(props: { choice: Choice; offer: OfferResource }) {
  const { link } = useConnection()
  // It is asked once the link stands, which may be never.
  const hopeful = () => link.state() === "connecting" || link.state() === "live"
  const agents = () => [
    ...(props.offer.value()?.agents ?? []).map((agent) => ({
      value: agent.name,
      label: agent.name,
      description: agent.description || undefined,
    })),
  ]
  const models = () => {
    const own = props.offer.value()?.defaultModel
    return [
      { value: serversChoice, label: own ? own.name : "Default", description: "The server's default" },
      ...(props.offer.value()?.models ?? []).map((model) => ({
        value: refOf(model),
        label: model.name,
        description: model.provider,
      })),
    ]
  }
  const known = (value: string | undefined, options: { value: string }[]) =>
    options.some((option) => option.value === value) ? value : undefined
  return (
    <div class="choice-bar">
      <Show when={agents().length > 0}>
        <Select
          label="Agent"
          options={agents()}
          value={known(props.choice.agent(), agents()) ?? agents()[0]?.value}
          onChange={(name) => props.choice.setAgent(name)}
        />
      </Show>
      <Show when={models().length > 1}>
        <Select
          label="Model"
          options={models()}
          value={known(props.choice.model(), models()) ?? serversChoice}
          onChange={(ref) => props.choice.setModel(ref === serversChoice ? undefined : ref)}
        />
      </Show>
      <Show when={props.offer.state() === "loading"}>
        <Show when={hopeful()} fallback={<p class="choice-missing">Models appear once connected.</p>}>
          <div class="choice-loading">
            <Skeleton label="Loading agents and models" rows={1} />
          </div>
        </Show>
      </Show>
      <Show when={props.offer.state() === "failed"}>
        <p class="choice-failed">Models could not be loaded. {props.offer.reason()}</p>
        <Button variant="quiet" size="small" onClick={props.offer.retry}>
          Try again
        </Button>
      </Show>
    </div>
  )
}
