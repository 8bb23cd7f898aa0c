// The log of one sandbox, followed for as long as somebody looks at it.
import { type Accessor, createSignal, onCleanup } from "solid-js"
import { gone } from "../base/gone.ts"
import { visibleText } from "../base/visible-text.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import { failureOf } from "../connection/failure.ts"
import type { Sandboxes } from "./sandboxes-context.ts"

/** Older lines go; the whole log is where the sandbox runs. */
const mostLines = 2_000
const pauseMs = 2_000

type WatchedLog = { lines: Accessor<readonly string[]>; trouble: Accessor<string | undefined> }

/** `goesOn`: whether there may be more to come after a stream ended. */
export function createLog(
  id: string,
  open: Sandboxes["requests"]["log"],
  goesOn: Accessor<boolean>,
  clock: Clock = browserClock,
): WatchedLog {
  const [lines, setLines] = createSignal<readonly string[]>([])
  const [trouble, setTrouble] = createSignal<string>()
  const left = new AbortController()
  onCleanup(() => left.abort(gone))

  const follow = async () => {
    const response = await open(id, left.signal)
    setTrouble(undefined)
    // Each answer begins with the last lines: what stood there before is among them.
    let whole: readonly string[] = []
    let rest = ""
    const take = (text: string) => {
      const pieces = (rest + text).split("\n")
      rest = pieces.pop() ?? ""
      whole = [...whole, ...pieces.map((line) => visibleText(line.replace(/\r$/, "")))].slice(-mostLines)
      setLines(rest === "" ? whole : [...whole, visibleText(rest)])
    }
    const reader = response.body?.getReader()
    const decoder = new TextDecoder()
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done || left.signal.aborted) return
      take(decoder.decode(part.value, { stream: true }))
    }
  }
  const watch = async () => {
    while (!left.signal.aborted) {
      try {
        await follow()
      } catch (error) {
        if (left.signal.aborted) return
        setTrouble(failureOf(error).message)
      }
      await new Promise<void>((resolve) => void clock.after(pauseMs, resolve))
      if (!goesOn()) return
    }
  }
  void watch()
  return { lines, trouble }
}
