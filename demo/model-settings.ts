// The environment that points an OpenCode server at the scripted model and at nothing else: no catalogue, no
// update check, no plugin, no key of the person.
import type { ScriptedModel } from "./model.ts"

export function modelSettings(model: Pick<ScriptedModel, "baseUrl">): Record<string, string> {
  const config = {
    share: "disabled",
    autoupdate: false,
    model: "scripted/scripted",
    small_model: "scripted/scripted",
    enabled_providers: ["scripted"],
    permission: { edit: "ask", bash: "ask" },
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: model.baseUrl, apiKey: "not-a-key" },
        models: {
          scripted: {
            name: "Scripted model",
            reasoning: true,
            tool_call: true,
            cost: { input: 3, output: 15 },
            limit: { context: 200_000, output: 8_000 },
          },
        },
      },
    },
  }
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  }
}
