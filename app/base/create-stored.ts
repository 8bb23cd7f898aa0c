import { type Accessor, createSignal, onCleanup } from "solid-js"
import type { Stored } from "./storage.ts"

/**
 * A stored value as a signal that follows the other tabs. A change starts from what is stored now, so that
 * two tabs do not undo each other; one that gives back the same value is none. `onUnkept` is called when the browser did not keep a change.
 */
export function createStored<T>(
  stored: Stored<T>,
  onUnkept: () => void,
): readonly [Accessor<T>, (change: (value: T) => T) => void] {
  const [value, setValue] = createSignal(stored.get())
  onCleanup(stored.subscribe((next) => setValue(() => next)))
  const change = (make: (value: T) => T) => {
    const before = stored.get()
    const next = make(before)
    if (next === before) return
    const { kept } = stored.set(next)
    setValue(() => next)
    if (!kept) onUnkept()
  }
  return [value, change] as const
}
