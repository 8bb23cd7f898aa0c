// The two files that a sandbox is: what is wanted of it, and what runs. Written so that a crash leaves the old or the
// new text, never half of one.
import { randomBytes } from "node:crypto"
import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import * as v from "valibot"
import { SandboxIdSchema, steps } from "../../../shared/sandboxes.ts"
import type { Provider } from "../templates/template.ts"
import { readPlain } from "./inside-files.ts"
import { draftMark } from "./places.ts"

const text = v.string()
const maybeText = v.nullable(v.string())
/** No further than a Date reaches: one broken file must not break its owner's whole list. */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15))

/** What a start needs of its template: a restarted proxy has to start what was wanted without asking for it. */
export type StoredTemplate = {
  readonly environment: Readonly<Record<string, string>>
  readonly providers: readonly Provider[]
  readonly model?: string
  readonly ownProviders: boolean
  readonly memoryBytes?: number
}

const ProviderSchema = v.object({
  id: text,
  name: text,
  url: text,
  models: v.array(v.object({ id: text, name: text })),
  key: v.exactOptional(v.object({ variable: text })),
})

const StoredTemplateSchema = v.object({
  environment: v.record(text, text),
  providers: v.array(ProviderSchema),
  model: v.exactOptional(text),
  ownProviders: v.boolean(),
  memoryBytes: v.exactOptional(v.number()),
})

const SandboxFileObject = v.object({
  record: v.object({
    id: SandboxIdSchema,
    owner: text,
    ownerName: maybeText,
    name: text,
    slug: text,
    repository: maybeText,
    branch: maybeText,
    directory: maybeText,
    template: text,
    createdAt: time,
  }),
  wanted: v.picklist(["running", "stopped", "data", "nothing"]),
  /** Counts the changes of what is wanted. */
  version: v.number(),
  /** What everything of this sandbox carries in its environment: see watchdog.ts. */
  mark: text,
  /** It began without data, and nobody could use it yet. Never `true` again once it is gone. */
  isFresh: v.exactOptional(v.boolean()),
  intentAt: time,
  keepAwakeUntil: v.nullable(time),
  keptSince: v.exactOptional(time),
  template: StoredTemplateSchema,
})
export type SandboxFile = Omit<v.InferOutput<typeof SandboxFileObject>, "template"> & {
  readonly template: StoredTemplate
}
export const SandboxFileSchema: v.GenericSchema<unknown, SandboxFile> = SandboxFileObject

export const ProcessFileSchema = v.object({
  /** What runs in the sandbox can write here. To end the group of 0 is to end our own, and of 1 everybody's: kill(2). */
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  /** When it started, as the system tells it: a pid alone may be somebody else's by now. */
  started: text,
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  password: text,
  startedAt: time,
  entered: v.record(v.picklist(steps), time),
})
export type ProcessFile = v.InferOutput<typeof ProcessFileSchema>

/** Undefined when there is none. Throws for one that is not ours to understand. */
export async function readStored<T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const text = await readPlain(path)
  return text === undefined ? undefined : v.parse(schema, JSON.parse(text))
}

export async function writeStored(path: string, value: unknown): Promise<void> {
  const draft = `${path}${draftMark}${randomBytes(6).toString("hex")}`
  try {
    const file = await open(draft, "wx", 0o600)
    try {
      await file.writeFile(JSON.stringify(value, null, 2))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Else a machine that loses its power may come back with the old text. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r")
  try {
    await directory.sync()
  } catch (error) {
    // Some file systems of networks cannot, and need not.
    if (!["EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error
  } finally {
    await directory.close()
  }
}
