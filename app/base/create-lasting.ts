import { type Accessor, createComputed, createSignal, onCleanup } from "solid-js"

/** True once `is` has held for this long without a break; what passes sooner is not worth a word. */
export function createLasting(is: Accessor<boolean>, patienceMs: number): Accessor<boolean> {
  const [lasting, setLasting] = createSignal(false)
  createComputed(() => {
    setLasting(false)
    if (!is()) return
    const timer = setTimeout(() => setLasting(true), patienceMs)
    onCleanup(() => clearTimeout(timer))
  })
  return lasting
}
