// A model without a mind: speaks the OpenAI chat-completions protocol and follows a script (turns.ts). The demo
// and the tests run the real `opencode` against it.
import { setTimeout as sleep } from "node:timers/promises"
import * as v from "valibot"
import { demoTurn } from "./demo-turn.ts"
import { ChatRequestSchema, isTitleRequest, lastPrompt, pickStep, type Script } from "./pick-step.ts"
import { type Pace, streamStep } from "./stream-step.ts"
import type { Turn } from "./turn.ts"
import { plainText, turns } from "./turns.ts"

export interface ScriptedModel {
  /** What a provider is configured with: `http://127.0.0.1:<port>/v1`. */
  readonly baseUrl: string
  /** How many chat requests came in; titles included. */
  readonly requests: () => number
  stop(): Promise<void>
}

const plainTurn: Turn = { word: "plain", steps: [{ text: plainText }] }

/** Tests want the plain answer when no word picks a turn; the demo shows everything on the first prompt. */
export const testScript: Script = { turns: [...turns, demoTurn], first: plainTurn, otherwise: plainTurn }
export const demoScript: Script = { turns: [...turns, demoTurn], first: demoTurn, otherwise: plainTurn }

const steadyPace: Pace = { chunkDelay: 25, sleep: (ms, signal) => sleep(ms, undefined, { signal }) }

export function startModel(script: Script, pace: Pace = steadyPace): ScriptedModel {
  let requests = 0
  const overloadedOnce = new Set<string>()

  async function answer(request: Request): Promise<Response> {
    const body = v.safeParse(ChatRequestSchema, await request.json())
    if (!body.success) return refusal(400, "Not a chat-completions request.")
    requests += 1
    const prompt = lastPrompt(body.output.messages)
    if (/\boverloaded\b/i.test(prompt) && !isTitleRequest(body.output) && !overloadedOnce.has(prompt)) {
      overloadedOnce.add(prompt)
      return refusal(429, "The scripted model is overloaded, once.", { "retry-after": "2" })
    }
    const step = pickStep(body.output, script)
    if (step.error) return refusal(step.error.status, step.error.message)
    return new Response(streamStep(step, body.output.model, pace), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    })
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A slow turn is silent for longer than Bun's default allows.
    idleTimeout: 255,
    routes: { "/v1/chat/completions": { POST: answer } },
    fetch: () => refusal(404, "Only /v1/chat/completions is here."),
  })
  return {
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    requests: () => requests,
    stop: () => server.stop(true),
  }
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message, type: "scripted", code: String(status) } }, { status, headers })
}
