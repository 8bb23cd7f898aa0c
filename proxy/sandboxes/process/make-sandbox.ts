// The first words about a new sandbox: whether it can be, and what is written down of it.
import { randomBytes } from "node:crypto"
import { mkdir, rm } from "node:fs/promises"
import { Problem } from "../../../shared/problems.ts"
import type { SandboxRecord } from "../driver.ts"
import { quantityOf } from "../templates/quantity.ts"
import type { Template } from "../templates/template.ts"
import { whyRefused } from "./bring-checkout.ts"
import { failureOf } from "./failures.ts"
import { whyUnfitDirectory } from "./local-directory.ts"
import type { Machinery } from "./machinery.ts"
import { placesOf } from "./places.ts"
import { type SandboxFile, type StoredTemplate, writeStored } from "./stored-files.ts"

/** Throws a Problem for what git or the file system must not be given. */
export async function refuseUnfit(record: SandboxRecord, machinery: Machinery): Promise<void> {
  const reason = whyRefused(record, machinery.allowHttp)
  if (reason !== undefined) throw new Problem("sandbox.refused", reason)
  const unfit = record.directory === null ? undefined : await whyUnfitDirectory(record.directory, machinery)
  if (unfit !== undefined) throw new Problem("sandbox.refused", unfit, { field: "directory" })
}

export function makeSandboxFile(record: SandboxRecord, template: Template, now: number): SandboxFile {
  return {
    record,
    wanted: "running",
    version: 1,
    mark: randomBytes(16).toString("hex"),
    intentAt: now,
    keepAwakeUntil: null,
    template: storedTemplate(template),
  }
}

/** Gives what was written down. Throws a Problem when there is no room for it; then nothing new is left of it. */
export async function makeSandboxDirectory(wanted: SandboxFile, home: string): Promise<SandboxFile> {
  const places = placesOf(home, wanted.record.id)
  let isNew = false
  try {
    // Of one that could not be read any more there may be data.
    isNew = (await mkdir(places.directory, { recursive: true, mode: 0o700 })) !== undefined
    const file = { ...wanted, isFresh: isNew }
    await writeStored(places.sandboxFile, file)
    return file
  } catch (error) {
    if (isNew) await rm(places.directory, { recursive: true, force: true })
    throw new Problem("sandbox.refused", failureOf(error).sentence, { cause: error })
  }
}

export function storedTemplate(template: Template): StoredTemplate {
  const memoryBytes = quantityOf(template.resources.memory.limit)
  return {
    environment: template.environment,
    providers: template.providers,
    ...(template.model !== undefined && { model: template.model }),
    ownProviders: template.ownProviders,
    ...(memoryBytes > 0 && { memoryBytes }),
  }
}
