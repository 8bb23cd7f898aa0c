// What OpenCode puts around an event on its global stream.
import { parseJson } from "../base/parse-json.ts"
import type { ServerEvent } from "./connection.ts"

export type Envelope = {
  /** Where the event happened; absent or `global` when it concerns the whole server. */
  directory: string | undefined
  event: ServerEvent
}

/**
 * Every durable event comes a second time as `sync`: 45 % of all bytes, and nothing new. It is recognised by
 * its first characters, because parsing is the expensive part. Anchored: the same words may stand inside an
 * event, in a tool's input say.
 */
const duplicate = /^\{(?:"(?:directory|project|workspace)":"(?:[^"\\]|\\.)*",)*"payload":\{"type":"sync"[,}]/

/** Undefined for duplicates and for anything that is not an event: newer servers may send what we do not know. */
export function readEnvelope(data: string): Envelope | undefined {
  if (duplicate.test(data)) return undefined
  const envelope = parseJson(data)
  if (!isRecord(envelope) || !isRecord(envelope.payload)) return undefined
  const { type, properties } = envelope.payload
  if (typeof type !== "string" || type === "sync" || !isRecord(properties)) return undefined
  const directory = envelope.directory
  return {
    directory: typeof directory === "string" && directory !== "global" ? directory : undefined,
    event: envelope.payload as ServerEvent,
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}
