import type { Agent, Provider } from "@opencode-ai/sdk/v2/client"
import { createRoot } from "solid-js"
import { beforeEach, expect, test } from "vitest"
import { createChoice, promptChoice } from "./choice.ts"
import { makeOffer } from "./offer.ts"

const model = (id: string, status = "active") => ({
  id,
  name: id.toUpperCase(),
  status,
  limit: { context: 1000, output: 10 },
})
const provider = (id: string, models: ReturnType<typeof model>[]) =>
  ({ id, name: id, models: Object.fromEntries(models.map((one) => [one.id, one])) }) as unknown as Provider
const agent = (name: string, fields: Partial<Agent> = {}): Agent => ({
  name,
  mode: "primary",
  permission: [],
  options: {},
  ...fields,
})

const catalogue = {
  providers: [
    provider("acme", [model("small"), model("old", "deprecated")]),
    provider("lab", [model("org/big")]),
  ],
  default: { acme: "small", lab: "org/big" },
}

beforeEach(() => localStorage.clear())

test("agents that people can pick: not hidden ones, not sub-agents", () => {
  const offer = makeOffer(
    catalogue,
    [
      agent("build"),
      agent("title", { hidden: true }),
      agent("explore", { mode: "subagent" }),
      agent("both", { mode: "all" }),
    ],
    undefined,
  )
  expect(offer.agents.map((one) => one.name)).toEqual(["build", "both"])
})

test("the configured model is the default, then the provider's, then any", () => {
  expect(makeOffer(catalogue, [], "lab/org/big").defaultModel?.modelID).toBe("org/big")
  expect(makeOffer(catalogue, [], "gone/model").defaultModel?.modelID).toBe("small")
  expect(makeOffer({ ...catalogue, default: {} }, [], undefined).defaultModel?.modelID).toBe("small")
  expect(makeOffer({ providers: [], default: {} }, [], "x/y").defaultModel).toBeUndefined()
})

test("models that the provider gave up are not offered", () => {
  expect(makeOffer(catalogue, [], undefined).models.map((one) => one.modelID)).toEqual(["small", "org/big"])
})

test("a choice is remembered per server and goes along with the prompt", () =>
  createRoot((dispose) => {
    const offer = makeOffer(catalogue, [agent("build"), agent("plan")], undefined)
    const choice = createChoice("a:1")
    expect(promptChoice(choice, offer)).toEqual({})
    choice.setAgent("plan")
    choice.setModel("lab/org/big")
    const expected = { agent: "plan", model: { providerID: "lab", modelID: "org/big" } }
    expect(promptChoice(createChoice("a:1"), offer)).toEqual(expected)
    expect(promptChoice(createChoice("b:1"), offer)).toEqual({})
    dispose()
  }))

test("a choice that the server no longer offers is left to the server", () =>
  createRoot((dispose) => {
    const choice = createChoice("a:1")
    choice.setAgent("gone")
    choice.setModel("gone/model")
    expect(promptChoice(choice, makeOffer(catalogue, [agent("build")], undefined))).toEqual({})
    dispose()
  }))

test("before the server has said what it offers, what was chosen last goes along", () =>
  createRoot((dispose) => {
    const choice = createChoice("a:1")
    choice.setAgent(undefined)
    choice.setModel(undefined)
    expect(promptChoice(choice, undefined)).toEqual({})
    choice.setAgent("plan")
    choice.setModel("lab/org/big")
    const expected = { agent: "plan", model: { providerID: "lab", modelID: "org/big" } }
    expect(promptChoice(choice, undefined)).toEqual(expected)
    choice.setModel("no-model-of-ours")
    expect(promptChoice(choice, undefined)).toEqual({ agent: "plan" })
    dispose()
  }))
