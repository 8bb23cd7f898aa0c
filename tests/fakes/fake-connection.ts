// A connection whose server answers from memory: just what the composer asks for.
import type { OpencodeClient } from "@opencode-ai/sdk/v2/client"
import { createSignal } from "solid-js"
import type { Connection, LinkState } from "../../app/connection/connection.ts"

export type FakeCatalogue = {
  /** provider id → model ids */
  providers?: Record<string, string[]>
  agents?: string[]
  model?: string
}

export function makeFakeConnection(
  catalogue: () => FakeCatalogue = () => ({
    providers: { acme: ["small", "big"] },
    agents: ["build", "plan"],
  }),
) {
  const [state, setState] = createSignal<LinkState>("live")
  const models = (provider: string, ids: string[]) =>
    Object.fromEntries(
      ids.map((id) => [
        id,
        { id, providerID: provider, name: id, status: "active", limit: { context: 1000, output: 100 } },
      ]),
    )
  const answers = {
    config: {
      providers: async () => ({
        data: {
          providers: Object.entries(catalogue().providers ?? {}).map(([id, ids]) => ({
            id,
            name: id,
            models: models(id, ids),
          })),
          default: {},
        },
      }),
      get: async () => ({ data: { model: catalogue().model } }),
    },
    app: {
      agents: async () => ({
        data: (catalogue().agents ?? []).map((name) => ({
          name,
          mode: "primary",
          permission: [],
          options: {},
        })),
      }),
    },
    path: { get: async () => ({ data: { directory: "/work/repo" } }) },
  }
  const connection: Connection = {
    server: { id: "a:1", name: "a", url: "http://a:1", provided: false },
    client: answers as unknown as OpencodeClient,
    link: { state, reason: () => undefined, retryNow: () => undefined, follow: () => undefined },
  }
  return { connection, setLink: setState }
}
