// What a sandbox's OpenCode is told about models: the providers of its template, as OPENCODE_CONFIG_CONTENT wants them.
import type { Template } from "./templates/template.ts"

/**
 * Undefined when the template names neither a provider nor a model. Keys stand in it by the name of their variable, so
 * that the text itself is no secret.
 */
export function opencodeConfig({
  providers,
  model,
}: Pick<Template, "providers" | "model">): string | undefined {
  if (providers.length === 0 && model === undefined) return undefined
  const provider = Object.fromEntries(
    providers.map(({ id, name, url, models, key }) => [
      id,
      {
        npm: "@ai-sdk/openai-compatible",
        name,
        options: { baseURL: url, ...(key && { apiKey: `{env:${key.variable}}` }) },
        models: Object.fromEntries(models.map((each) => [each.id, { name: each.name }])),
      },
    ]),
  )
  return JSON.stringify({ provider, ...(model !== undefined && { model }) })
}
