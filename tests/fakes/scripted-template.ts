// What a template says so that its sandboxes ask the scripted model, and nothing beyond this machine.

/** No catalogue, no plugin, no language server is fetched. */
export const quietOpencode = {
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
}

/** `secret`: where a cluster has the model's key. */
export function scriptedTemplate(url: string, secret?: { name: string; key: string }) {
  return {
    environment: quietOpencode,
    model: "scripted/scripted",
    providers: [
      {
        id: "scripted",
        name: "Scripted",
        url,
        models: [{ id: "scripted", name: "Scripted model" }],
        key: { variable: "SCRIPTED_KEY", ...(secret && { secret }) },
      },
    ],
  }
}
