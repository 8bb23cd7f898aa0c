// What every block of one timeline may need to know about where it stands.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import { defineContext } from "../base/define-context.ts"

export type TimelinePlace = {
  /** Paths below it are written without it. */
  directory: () => string
  /** Where a session opens: sub-agents have sessions of their own. */
  sessionHref: (id: string) => string
  /** Whether the agent waits for the person in this call. */
  waitsFor: (part: ToolPart) => boolean
}

export const [TimelineProvider, useTimeline] = defineContext<TimelinePlace>("TimelineProvider")
