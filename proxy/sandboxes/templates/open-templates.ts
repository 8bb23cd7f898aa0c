// The templates as they are now: read at the start, and again whenever the file or the ConfigMap changes.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import * as v from "valibot"
import type { DriverName } from "../../../shared/sandboxes.ts"
import type { Log } from "../../log.ts"
import type { ReadTemplates, TemplateFile } from "./read-templates.ts"
import type { Template } from "./template.ts"
import { makeTemplateSchema, type TemplateDefaults } from "./template-schema.ts"

export type Templates = {
  list: () => readonly Template[]
  find: (id: string) => Template | undefined
  /** What is wrong with the files now, a sentence each; empty when all is well. */
  faults: () => readonly string[]
  close: () => void
}

export type TemplateOptions = {
  /** A file, or a directory whose `*.yaml` and `*.yml` are read; empty: the built-in one. */
  path: string
  driver: DriverName
  defaults: TemplateDefaults
  log: Pick<Log, "info" | "warn">
  everyMs?: number
}

const lookEveryMs = 5_000
const largestFile = 1_048_576

/**
 * A reload that finds faults keeps the templates that it had under the ids that it could not read: a typing error
 * must not make sandboxes unable to wake.
 */
export async function openTemplates(options: TemplateOptions): Promise<Templates> {
  const { path, driver, defaults, log, everyMs = lookEveryMs } = options
  // Loading YAML takes longer than everything else at a start; without a file there is none to read.
  const read = path === "" ? () => builtIn(driver, defaults) : await makeReader(path, driver, defaults)
  let raw = ""
  let templates: readonly Template[] = []
  let faults: readonly string[] = []

  function look(): void {
    const now = read()
    if (now.raw === raw) return
    const isReload = raw !== ""
    raw = now.raw
    const kept = now.faults.length > 0 ? lostOf(templates, now.templates) : []
    templates = inOrderOf(templates, now.templates, kept)
    faults = now.faults
    for (const fault of faults) log.warn({ fault }, "a template cannot be used")
    if (kept.length > 0)
      log.warn({ templates: kept.map(({ id }) => id) }, "the last good versions of these templates stay")
    if (isReload) log.info({ templates: templates.map(({ id }) => id) }, "the templates were read again")
  }

  look()
  // Kubernetes swaps a link below the directory, network disks tell nothing: looking works everywhere.
  const timer = path === "" ? undefined : setInterval(look, everyMs)
  timer?.unref()
  return {
    list: () => templates,
    find: (id) => templates.find((template) => template.id === id),
    faults: () => faults,
    close: () => clearInterval(timer),
  }
}

function lostOf(before: readonly Template[], now: readonly Template[]): readonly Template[] {
  return before.filter(({ id }) => !now.some((template) => template.id === id))
}

/** What is kept stays behind what stood before it: the first template is the one that a form begins with. */
function inOrderOf(
  before: readonly Template[],
  now: readonly Template[],
  kept: readonly Template[],
): readonly Template[] {
  const all = [...now]
  for (const template of kept) {
    const earlier = before.slice(0, before.indexOf(template)).map(({ id }) => id)
    const at = all.findLastIndex(({ id }) => earlier.includes(id))
    all.splice(at + 1, 0, template)
  }
  return all
}

type Read = ReadTemplates & { raw: string }

async function makeReader(path: string, driver: DriverName, defaults: TemplateDefaults): Promise<() => Read> {
  const { readTemplates } = await import("./read-templates.ts")
  return () => {
    try {
      const files = readFiles(path)
      const { templates, faults } = readTemplates(files, defaults)
      const unfit = driver === "kubernetes" ? templates.filter(({ kubernetes }) => !kubernetes) : []
      const missing = unfit.map(
        ({ id }) => `${id}: kubernetes: this is needed: at least image and namespace.`,
      )
      const fit = templates.filter((template) => !unfit.includes(template))
      return { raw: JSON.stringify(files), templates: fit, faults: [...faults, ...missing] }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { raw: why, templates: [], faults: [`The templates in ${path} cannot be read: ${why}.`] }
    }
  }
}

function readFiles(path: string): TemplateFile[] {
  const isDirectory = statSync(path).isDirectory()
  const names = isDirectory
    ? readdirSync(path)
        .filter((name) => /^[^.].*\.ya?ml$/.test(name))
        .sort()
    : [basename(path)]
  return names.map((name) => {
    const file = isDirectory ? join(path, name) : path
    if (statSync(file).size > largestFile) throw new Error(`${name} is larger than 1 MiB`)
    return { name, text: readFileSync(file, "utf8") }
  })
}

/** On a laptop Sandbar works without any settings. What image a cluster may run, only its operator knows. */
function builtIn(driver: DriverName, defaults: TemplateDefaults): Read {
  const template = v.parse(makeTemplateSchema(defaults), {
    id: "opencode",
    title: "OpenCode",
    description: "An OpenCode server of its own, with your providers and keys.",
  })
  return { raw: "built-in", templates: driver === "process" ? [template] : [], faults: [] }
}
