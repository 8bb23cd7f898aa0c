// The form's values, what is wrong with them, and the request that they make.
import { createEffect, createMemo, createSignal } from "solid-js"
import { createStore, unwrap } from "solid-js/store"
import { checkBranch, checkRepository } from "../../shared/repository.ts"
import type { Sandbox, SpawnRequest } from "../../shared/sandboxes.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import { failureOf } from "../connection/failure.ts"
import { createBranches } from "./create-branches.ts"
import { proposeName } from "./propose-name.ts"
import { FormFailure } from "./sandbox-requests.ts"
import type { Sandboxes } from "./sandboxes-context.ts"
import {
  emptyDraft,
  makeRecentRepositories,
  makeSpawnDraft,
  type SpawnDraft,
  type SpawnDraftStore,
} from "./spawn-draft.ts"

type SpawnField = "template" | "repository" | "branch" | "directory" | "name"
const fields: readonly SpawnField[] = ["template", "repository", "branch", "directory", "name"]

export type SpawnForm = ReturnType<typeof createSpawnForm>

type SpawnFormOptions = {
  sandboxes: Sandboxes
  onSpawned: (sandbox: Sandbox) => void
  stored?: SpawnDraftStore
  clock?: Clock
}

/** What was replaced has to be gone before the same name is free again. */
const replaceMs = 15_000

export function createSpawnForm({ sandboxes, onSpawned, ...options }: SpawnFormOptions) {
  const { stored = makeSpawnDraft(), clock = browserClock } = options
  const recent = makeRecentRepositories()
  const [draft, setDraft] = createStore<SpawnDraft>({ ...stored.get() })
  createEffect(() => stored.set({ ...draft }))
  const [tried, setTried] = createSignal(false)
  const [sending, setSending] = createSignal(false)
  const [refusal, setRefusal] = createSignal<Refusal>()

  const template = createMemo(() => {
    const templates = sandboxes.offer()?.templates ?? []
    return templates.find(({ id }) => id === draft.template) ?? templates[0]
  })
  const repository = createMemo(() =>
    checkRepository(draft.repository, {
      gitHosts: template()?.gitHosts ?? [],
      allowHttp: sandboxes.offer()?.plainHttp ?? false,
    }),
  )
  const repositoryUrl = () => {
    const checked = repository()
    return draft.source === "repository" && checked.ok ? checked.url : undefined
  }
  const branch = createMemo(() => checkBranch(draft.branch))
  const branchName = () => {
    const checked = branch()
    return draft.source === "repository" && checked.ok ? checked.branch : null
  }
  const directory = () => (draft.source === "directory" ? draft.directory.trim() : "")
  const proposed = createMemo(() =>
    proposeName(
      { repository: repositoryUrl(), branch: branchName(), directory: directory() },
      sandboxes.list().flatMap(({ id, name }) => (id === draft.replaces?.id ? [] : [name])),
    ),
  )
  const name = () => draft.name ?? proposed()
  const branches = createBranches(
    () => {
      const [url, id] = [repositoryUrl(), template()?.id]
      return url !== undefined && id !== undefined ? { repository: url, template: id } : undefined
    },
    sandboxes.requests.branches,
    clock,
  )

  /** What we see ourselves; an empty field is no fault before somebody tried to go on. */
  const ownFault = (field: SpawnField): string | undefined => {
    if (field === "repository" && draft.source === "repository") {
      const checked = repository()
      return checked.ok || (draft.repository.trim() === "" && !tried()) ? undefined : checked.reason
    }
    if (field === "branch" && draft.source === "repository") {
      const checked = branch()
      return checked.ok ? undefined : checked.reason
    }
    if (field === "directory" && draft.source === "directory") {
      if (directory() === "") return tried() ? "Type the path of a directory." : undefined
      return directory().startsWith("/") ? undefined : "Type the whole path, from / on."
    }
    if (field === "name" && tried() && name().trim() === "") return "Type a name."
    return undefined
  }
  const fault = (field: SpawnField) => {
    const said = refusal()
    return ownFault(field) ?? (said?.field === field ? said.sentence : undefined)
  }
  const set = <K extends keyof SpawnDraft>(field: K, value: SpawnDraft[K]) => {
    const said = refusal()
    // Whatever was wrong with it before, it is something else now; what has no field was said of the whole.
    if (said && (said.field === undefined || said.field === field)) setRefusal(undefined)
    setDraft(field, value as never)
  }

  const requestOf = (): SpawnRequest | undefined => {
    const chosen = template()
    if (!chosen || fields.some((field) => ownFault(field) !== undefined)) return undefined
    return {
      template: chosen.id,
      name: name().trim(),
      ...(draft.source === "repository" && { repository: repositoryUrl() ?? null, branch: branchName() }),
      ...(draft.source === "directory" && { directory: directory() }),
    }
  }
  const giveWay = async () => {
    const { replaces } = unwrap(draft)
    if (!replaces || !sandboxes.find(replaces.id)?.isFresh) return
    await sandboxes.remove(replaces.id, { data: "delete" })
    await sandboxes.untilGone(replaces.id, replaceMs)
    setDraft("replaces", undefined)
  }
  const submit = async (): Promise<void> => {
    setTried(true)
    const request = requestOf()
    if (!request || sending()) return
    setSending(true)
    setRefusal(undefined)
    try {
      await giveWay()
      const sandbox = await sandboxes.spawn(request)
      if (request.repository) recent.add(request.repository)
      stored.set(emptyDraft)
      onSpawned(sandbox)
    } catch (error) {
      setRefusal(refusalOf(error))
    } finally {
      setSending(false)
    }
  }

  return {
    draft,
    set,
    template,
    name,
    branches,
    recent: recent.all,
    fault,
    /** What is wrong with none of the fields. */
    trouble: () => (refusal()?.field === undefined ? refusal()?.sentence : undefined),
    /** It was refused because there is as much as a person may have, see `trouble`. */
    isTooMuch: () => refusal()?.isTooMuch === true,
    sending,
    submit,
  }
}

type Refusal = { field: SpawnField | undefined; sentence: string; isTooMuch: boolean }

function refusalOf(error: unknown): Refusal {
  const failure = failureOf(error)
  const said = failure instanceof FormFailure ? failure.field : undefined
  const field =
    fields.find((known) => known === said) ?? (failure.code === "sandbox.taken" ? "name" : undefined)
  return { field, sentence: failure.message, isTooMuch: failure.code === "sandbox.quota" }
}
