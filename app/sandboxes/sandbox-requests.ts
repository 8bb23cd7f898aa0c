// What the UI asks of api/sandboxes. Whatever goes wrong leaves as a Failure with a sentence; the field that a form
// got wrong is beside it.
import * as v from "valibot"
import { sandboxesPath } from "../../shared/paths.ts"
import {
  type ChangeRequest,
  type DeleteRequest,
  type Sandbox,
  type SandboxList,
  SandboxListSchema,
  SandboxSchema,
  type SpawnRequest,
} from "../../shared/sandboxes.ts"
import { type Branches, BranchesSchema, type Offer, OfferSchema } from "../../shared/templates.ts"
import { parseJson } from "../base/parse-json.ts"
import { underPrefix } from "../base/prefix.ts"
import { beforeDeadline } from "../connection/before-deadline.ts"
import type { Clock } from "../connection/clock.ts"
import { Failure, failureOf, failureOfAnswer } from "../connection/failure.ts"
import { otherVersion } from "../servers/proxy-words.ts"

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

/** A spawn asks the cluster whether it would take it; everything else is quicker. */
const answerMs = 45_000

/** `field`: what of the form is wrong, by its name in the request. */
export class FormFailure extends Failure {
  readonly field: string | undefined

  constructor(cause: Failure, field: string | undefined) {
    super(cause.message, { ...cause, cause })
    this.field = field
  }
}

export type SandboxRequests = {
  /** `at`: the proxy's clock when it answered, in milliseconds; undefined where a gateway takes it away. */
  list: (signal: AbortSignal) => Promise<{ list: SandboxList; at: number | undefined }>
  offer: (signal: AbortSignal) => Promise<Offer>
  branches: (query: { repository: string; template: string }, signal: AbortSignal) => Promise<Branches>
  /** `isNew: false`: it exists already. */
  spawn: (request: SpawnRequest) => Promise<{ sandbox: Sandbox; isNew: boolean }>
  wake: (id: string, options?: { force?: boolean }) => Promise<void>
  stop: (id: string) => Promise<void>
  change: (id: string, change: ChangeRequest) => Promise<void>
  remove: (id: string, request: DeleteRequest) => Promise<void>
  /** Both answer with a stream that lasts as long as the signal lets it. */
  progress: (id: string, signal: AbortSignal) => Promise<Response>
  log: (id: string, signal: AbortSignal) => Promise<Response>
}

export function makeSandboxRequests(send: Fetch, clock: Clock): SandboxRequests {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await send(underPrefix(`${sandboxesPath}${path}`), {
      cache: "no-store",
      // A gateway sends people who are signed out to another origin, which nothing of ours may be sent to.
      redirect: "manual",
      ...init,
    })
    if (response.ok) return response
    throw await formFailure(response)
  }
  const inTime = async <T>(run: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> => {
    try {
      return await beforeDeadline(clock, answerMs, run, outer)
    } catch (error) {
      outer?.throwIfAborted()
      throw failureOf(error)
    }
  }
  const read = <T>(path: string, schema: v.GenericSchema<unknown, T>, outer: AbortSignal) =>
    inTime(async (signal) => parse(schema, await ask(path, { signal })), outer)
  const act = (path: string, method: string, body?: unknown) =>
    inTime(async (signal) => {
      // Read to its end, or the browser keeps the connection.
      await (await ask(path, { signal, method, ...jsonBody(body) })).text()
    })

  return {
    list: (outer) =>
      inTime(async (signal) => {
        const response = await ask("", { signal })
        const at = Date.parse(response.headers.get("date") ?? "")
        return { list: await parse(SandboxListSchema, response), at: Number.isNaN(at) ? undefined : at }
      }, outer),
    offer: (signal) => read("/offer", OfferSchema, signal),
    branches: (query, signal) => read(`/branches?${new URLSearchParams(query)}`, BranchesSchema, signal),
    spawn: (request) =>
      inTime(async (signal) => {
        const response = await ask("", { signal, method: "POST", ...jsonBody(request) })
        return { sandbox: await parse(SandboxSchema, response), isNew: response.status !== 200 }
      }),
    wake: (id, { force } = {}) => act(`/${id}/wake${force ? "?force=1" : ""}`, "POST"),
    stop: (id) => act(`/${id}/stop`, "POST"),
    change: (id, change) => act(`/${id}`, "PATCH", change),
    remove: (id, request) => act(`/${id}`, "DELETE", request),
    progress: (id, signal) => ask(`/${id}/progress`, { signal, headers: { accept: "text/event-stream" } }),
    log: (id, signal) => ask(`/${id}/logs?follow=1&tail=200`, { signal }),
  }
}

function jsonBody(body: unknown): RequestInit {
  if (body === undefined) return {}
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } }
}

async function parse<T>(schema: v.GenericSchema<unknown, T>, response: Response): Promise<T> {
  const parsed = v.safeParse(schema, parseJson(await response.text()))
  if (parsed.success) return parsed.output
  throw new Failure(otherVersion, { status: response.status })
}

const FieldSchema = v.object({ field: v.string() })

async function formFailure(response: Response): Promise<Failure> {
  const copy = response.type === "opaqueredirect" ? undefined : response.clone()
  const failure = await failureOfAnswer(response, false)
  const said = v.safeParse(FieldSchema, copy && parseJson(await copy.text()))
  return new FormFailure(failure, said.success ? said.output.field : undefined)
}
