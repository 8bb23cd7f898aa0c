// A person with a browser, as far as sandboxes go: asks for one, follows its progress, opens it, deletes it.
import * as v from "valibot"
import { forwardPath, sandboxesPath, targetHeader } from "../../../shared/paths.ts"
import {
  type Progress,
  ProgressSchema,
  type Sandbox,
  SandboxListSchema,
  SandboxSchema,
} from "../../../shared/sandboxes.ts"

export type Client = { url: string; headers: Record<string, string> }

const patienceMs = 120_000

export async function spawn(client: Client, template: string, name: string): Promise<Sandbox> {
  const answer = await ask(client, sandboxesPath, "POST", { template, name })
  return v.parse(SandboxSchema, await answer.json())
}

export async function listOf(client: Client): Promise<readonly Sandbox[]> {
  const answer = await ask(client, sandboxesPath, "GET")
  return v.parse(SandboxListSchema, await answer.json()).sandboxes
}

/**
 * Fulfilled when the progress says `ready`. A failure may pass: kwok binds a claim before Kubernetes knows of its
 * volume, which then counts as lost for a moment.
 */
export async function untilReady(client: Client, id: string): Promise<void> {
  const answer = await ask(client, `${sandboxesPath}/${id}/progress`, "GET")
  let text = ""
  let last = "Nothing was told."
  try {
    for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += chunk
      const events = text.split("\n\n")
      text = events.pop() ?? ""
      for (const { state, sentence } of events.flatMap(progressIn)) {
        if (state === "ready") return
        last = sentence
      }
    }
  } catch (cause) {
    throw new Error(`${id} did not get ready in ${patienceMs / 1_000} s: ${last}`, { cause })
  }
  throw new Error(`The progress of ${id} ended before it was ready: ${last}`)
}

function progressIn(event: string): Progress[] {
  const data = /^data: (.*)$/m.exec(event)?.[1]
  return data === undefined ? [] : [v.parse(ProgressSchema, JSON.parse(data))]
}

/** A GET to a server, through the proxy. */
export async function forwarded(client: Client, server: string, path: string): Promise<void> {
  const headers = { ...client.headers, [targetHeader]: server }
  const answer = await ask({ ...client, headers }, `${forwardPath}${path}`, "GET")
  await answer.arrayBuffer()
}

/** Fulfilled when nothing of it is told any more. */
export async function removeWithData(client: Client, { id, name }: Sandbox): Promise<void> {
  await ask(client, `${sandboxesPath}/${id}`, "DELETE", { data: "delete", name })
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await Bun.sleep(50))
    if (!(await listOf(client)).some((other) => other.id === id)) return
  throw new Error(`${id} was deleted and does not go.`)
}

async function ask({ url, headers }: Client, path: string, method: string, body?: object): Promise<Response> {
  const answer = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}
