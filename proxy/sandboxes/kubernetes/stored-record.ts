// The record of a sandbox in the annotations of its objects, so that another replica, or this one after a restart, reads
// back what it needs. It is sealed: who may write to a namespace of their own could otherwise put an object there that
// claims to be somebody else's sandbox, and that person's prompts would go to it.
import { createHmac, timingSafeEqual } from "node:crypto"
import * as v from "valibot"
import { SandboxIdSchema } from "../../../shared/sandboxes.ts"
import type { SandboxRecord } from "../driver.ts"
import {
  claimName,
  idLabel,
  managedBy,
  ownerLabel,
  ownerNameAnnotation,
  recordAnnotation,
  sealAnnotation,
} from "./names.ts"
import type { KubeObject } from "./wire.ts"

const nullableText = v.nullable(v.string())
const RecordSchema = v.object({
  id: SandboxIdSchema,
  owner: v.string(),
  ownerName: nullableText,
  name: v.string(),
  slug: v.string(),
  repository: nullableText,
  branch: nullableText,
  directory: nullableText,
  template: v.string(),
  createdAt: v.number(),
})

export function labelsOf(record: SandboxRecord): Record<string, string> {
  return { ...managedBy, [idLabel]: record.id, [ownerLabel]: record.owner }
}

export function annotationsOf(
  record: SandboxRecord,
  namespace: string,
  key: Uint8Array,
): Record<string, string> {
  const text = JSON.stringify(record)
  return {
    [recordAnnotation]: text,
    [sealAnnotation]: sealOf(text, namespace, key),
    ...(record.ownerName === null ? {} : { [ownerNameAnnotation]: record.ownerName }),
  }
}

/** Undefined for an object that we did not write, or that somebody changed, or copied to another name or namespace. */
export function recordOf({ metadata }: KubeObject, key: Uint8Array): SandboxRecord | undefined {
  const text = metadata?.annotations?.[recordAnnotation]
  const seal = metadata?.annotations?.[sealAnnotation]
  if (text === undefined || seal === undefined) return undefined
  if (!isSame(seal, sealOf(text, metadata?.namespace ?? "", key))) return undefined
  const read = v.safeParse(RecordSchema, JSON.parse(text))
  if (!read.success || read.output.id !== metadata?.labels?.[idLabel]) return undefined
  if (![read.output.id, claimName(read.output.id)].includes(metadata.name ?? "")) return undefined
  return read.output
}

function sealOf(text: string, namespace: string, key: Uint8Array): string {
  return createHmac("sha256", key)
    .update(JSON.stringify([namespace, text]))
    .digest("hex")
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
