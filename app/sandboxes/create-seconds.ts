import { type Accessor, createSignal, onCleanup } from "solid-js"

/** `now`, read again every second: for times that are seen to run. */
export function createSeconds(now: () => number): Accessor<number> {
  const [time, setTime] = createSignal(now())
  const timer = setInterval(() => setTime(now()), 1_000)
  onCleanup(() => clearInterval(timer))
  return time
}
