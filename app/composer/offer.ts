// What a server offers to prompt with: agents, models, and which it takes when nobody chooses.
import type { Agent, OpencodeClient, Provider } from "@opencode-ai/sdk/v2/client"
import type { ModelRef } from "../chat/chat.ts"

export type OfferedModel = ModelRef & { name: string; provider: string; context: number }

export type Offer = {
  agents: { name: string; description: string }[]
  models: OfferedModel[]
  /** The server's own choice; undefined when it has no model at all. */
  defaultModel: OfferedModel | undefined
}

/** Rejects when the server does not answer. */
export async function fetchOffer(client: OpencodeClient): Promise<Offer> {
  const [providers, agents, config] = await Promise.all([
    client.config.providers({}, { throwOnError: true }),
    client.app.agents({}, { throwOnError: true }),
    client.config.get({}, { throwOnError: true }),
  ])
  return makeOffer(providers.data, agents.data, config.data.model)
}

export function makeOffer(
  catalogue: { providers: readonly Provider[]; default: Record<string, string> },
  agents: readonly Agent[],
  configured: string | undefined,
): Offer {
  const models = catalogue.providers.flatMap((provider) =>
    Object.values(provider.models)
      .filter((model) => model.status !== "deprecated")
      .map((model) => ({
        providerID: provider.id,
        modelID: model.id,
        name: model.name,
        provider: provider.name,
        context: model.limit.context,
      })),
  )
  const preferred = [configured, ...Object.entries(catalogue.default).map(([id, model]) => `${id}/${model}`)]
  const defaultModel = preferred.map((ref) => models.find((model) => refOf(model) === ref)).find(Boolean)
  return {
    agents: agents
      .filter((agent) => agent.mode !== "subagent" && !agent.hidden)
      .map((agent) => ({ name: agent.name, description: agent.description ?? "" })),
    models,
    defaultModel: defaultModel ?? models[0],
  }
}

/** `provider/model`, as OpenCode's own configuration writes it. Model ids may hold slashes, provider ids not. */
export function refOf(model: ModelRef): string {
  return `${model.providerID}/${model.modelID}`
}
