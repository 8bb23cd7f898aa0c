// One step as the OpenAI chat-completions stream: `data:` lines of chunks, ended by `[DONE]`.
import type { Step } from "./turn.ts"

type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export interface Pace {
  /** Milliseconds between two chunks. */
  readonly chunkDelay: number
  readonly sleep: Sleep
}

export function streamStep(step: Step, model: string, pace: Pace): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const hungUp = new AbortController()
  return new ReadableStream({
    async start(controller) {
      const line = (data: string) => controller.enqueue(encoder.encode(`data: ${data}\n\n`))
      try {
        if (step.wait) await pace.sleep(step.wait, hungUp.signal)
        for (const chunk of chunksOf(step)) {
          line(
            JSON.stringify({ id: "scripted", object: "chat.completion.chunk", created: 0, model, ...chunk }),
          )
          await pace.sleep(pace.chunkDelay, hungUp.signal)
        }
        line("[DONE]")
        controller.close()
      } catch (error) {
        // The agent stopped listening (a person pressed stop): there is nobody left to tell.
        if (!hungUp.signal.aborted) controller.error(error)
      }
    },
    cancel() {
      hungUp.abort()
    },
  })
}

function* chunksOf(step: Step): Generator<Record<string, unknown>> {
  const delta = (fields: object) => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] })
  yield delta({ role: "assistant", content: "" })
  for (const piece of pieces(step.reasoning)) yield delta({ reasoning_content: piece })
  for (const piece of pieces(step.text)) yield delta({ content: piece })
  if (step.tool) {
    const id = `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`
    yield delta({
      tool_calls: [{ index: 0, id, type: "function", function: { name: step.tool.name, arguments: "" } }],
    })
    for (const piece of pieces(JSON.stringify(step.tool.input))) {
      yield delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] })
    }
  }
  yield { choices: [{ index: 0, delta: {}, finish_reason: step.tool ? "tool_calls" : "stop" }] }
  const written = [...pieces(step.reasoning), ...pieces(step.text)].length
  yield {
    choices: [],
    usage: { prompt_tokens: 1200, completion_tokens: written, total_tokens: 1200 + written },
  }
}

/** Small, uneven pieces that cut through words, as real models send them. */
function pieces(text = ""): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? []
}
