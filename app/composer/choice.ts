// The agent and model a person chose last on this server. Nothing chosen means: the server decides.
import { createSignal, onCleanup } from "solid-js"
import * as v from "valibot"
import { makeStored } from "../base/storage.ts"
import type { ModelRef } from "../chat/chat.ts"
import { type Offer, refOf } from "./offer.ts"

const ChoiceSchema = v.object({ agent: v.optional(v.string()), model: v.optional(v.string()) })
type Stored = v.InferOutput<typeof ChoiceSchema>

export type Choice = {
  agent: () => string | undefined
  /** `provider/model` */
  model: () => string | undefined
  setAgent: (name: string | undefined) => void
  setModel: (ref: string | undefined) => void
}

export function createChoice(serverID: string): Choice {
  const stored = makeStored<Stored>({
    key: `sandbar.choice.${serverID}.v1`,
    schema: ChoiceSchema,
    fallback: {},
  })
  const [choice, setChoice] = createSignal(stored.get())
  onCleanup(stored.subscribe((next) => setChoice(next)))
  const save = (next: Stored) => {
    stored.set(next)
    setChoice(next)
  }
  return {
    agent: () => choice().agent,
    model: () => choice().model,
    setAgent: (agent) => save({ ...choice(), agent }),
    setModel: (model) => save({ ...choice(), model }),
  }
}

/**
 * What goes along with a prompt. A choice that the server no longer offers is left to the server. Before it has said what it
 * offers, what was chosen last counts: whoever writes to a sleeping sandbox wants the same model as yesterday.
 */
export function promptChoice(choice: Choice, offer: Offer | undefined): { agent?: string; model?: ModelRef } {
  if (!offer) return remembered(choice)
  const agent = offer.agents.find((one) => one.name === choice.agent())
  const model = offer.models.find((one) => refOf(one) === choice.model())
  return {
    ...(agent && { agent: agent.name }),
    ...(model && { model: { providerID: model.providerID, modelID: model.modelID } }),
  }
}

function remembered(choice: Choice): { agent?: string; model?: ModelRef } {
  const [agent, model] = [choice.agent(), modelOf(choice.model())]
  return { ...(agent && { agent }), ...(model && { model }) }
}

function modelOf(ref: string | undefined): ModelRef | undefined {
  const end = ref?.indexOf("/") ?? -1
  if (ref === undefined || end < 1) return undefined
  return { providerID: ref.slice(0, end), modelID: ref.slice(end + 1) }
}
