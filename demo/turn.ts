// What the scripted model says: a turn is a list of steps, one per request of the agent. After each step that
// calls a tool, the agent comes back with the result and gets the next step.
export interface ToolCall {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface Step {
  /** Milliseconds before the first byte. */
  readonly wait?: number
  readonly reasoning?: string
  readonly text?: string
  readonly tool?: ToolCall
  /** Answer with this HTTP status and message instead of a stream. */
  readonly error?: { readonly status: number; readonly message: string }
}

export interface Turn {
  /** The word in a prompt that picks this turn. */
  readonly word: string
  readonly steps: readonly Step[]
  /** Ends the turn when the result of its first tool says that nothing is left to do. */
  readonly doneAlready?: { readonly result: RegExp; readonly step: Step }
}
