// What somebody typed into the form, kept through a reload, and the repositories that were spawned from lately.
import * as v from "valibot"
import { type Sandbox, SandboxIdSchema } from "../../shared/sandboxes.ts"
import { prefix } from "../base/prefix.ts"
import { browserStorage, makeStored } from "../base/storage.ts"
import { isProposedName } from "./propose-name.ts"

export const sources = ["repository", "nothing", "directory"] as const
export type Source = (typeof sources)[number]

const SpawnDraftSchema = v.object({
  /** Absent: the first that is offered. */
  template: v.optional(v.string()),
  source: v.picklist(sources),
  repository: v.string(),
  branch: v.string(),
  directory: v.string(),
  /** Absent: the one that is proposed. */
  name: v.optional(v.string()),
  /** A start that failed and is done again with other values. */
  replaces: v.optional(v.object({ id: SandboxIdSchema })),
})
export type SpawnDraft = v.InferOutput<typeof SpawnDraftSchema>

export const emptyDraft: SpawnDraft = { source: "repository", repository: "", branch: "", directory: "" }

/** What was typed to make it, to make it anew in its place. A name that was proposed goes on following the other fields. */
export function draftOf({ id, name, template, repository, branch, directory }: Sandbox): SpawnDraft {
  const source = directory ? "directory" : repository ? "repository" : "nothing"
  const draft = { template, repository: repository ?? "", branch: branch ?? "", directory: directory ?? "" }
  const wasProposed = isProposedName(name, { repository: repository ?? undefined, branch, directory })
  return { ...draft, source, replaces: { id }, ...(!wasProposed && { name }) }
}

export type SpawnDraftStore = { get: () => SpawnDraft; set: (draft: SpawnDraft) => void }

/** Of one tab: two forms are two drafts. */
export function makeSpawnDraft(storage: Storage | undefined = browserStorage("session")): SpawnDraftStore {
  const stored = makeStored<SpawnDraft>({
    key: `sandbar.spawn-draft.${prefix}.v1`,
    schema: SpawnDraftSchema,
    fallback: emptyDraft,
    storage,
  })
  return { get: stored.get, set: (draft) => void stored.set(withoutSecrets(draft)) }
}

/** A pasted address may hold a password or a token before its `@`. The form refuses it, and nothing keeps it. */
function withoutSecrets(draft: SpawnDraft): SpawnDraft {
  return draft.repository.includes("@") ? { ...draft, repository: "" } : draft
}

const atMost = 8

/** The newest first. Only addresses that were accepted, so none has credentials. */
export function makeRecentRepositories(storage: Storage | undefined = browserStorage()): {
  all: () => readonly string[]
  add: (url: string) => void
} {
  const stored = makeStored<string[]>({
    key: `sandbar.repositories.${prefix}.v1`,
    schema: v.array(v.string()),
    fallback: [],
    storage,
  })
  return {
    all: stored.get,
    add: (url) => void stored.set([url, ...stored.get().filter((other) => other !== url)].slice(0, atMost)),
  }
}
