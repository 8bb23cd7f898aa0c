// In which tool call the agent waits for the person.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import type { Ask } from "./ask.ts"

/** True for the call that asks, and for the call that runs the sub-agent that asks. */
export function waitsFor(asks: readonly Ask[], part: ToolPart): boolean {
  const metadata = "metadata" in part.state ? part.state.metadata : undefined
  const child = metadata?.sessionId ?? metadata?.sessionID
  return asks.some(
    ({ request }) =>
      request.tool?.callID === part.callID || (child !== undefined && request.sessionID === child),
  )
}
