// What the tabs that one browser has open under this prefix tell each other. A tab may run another version of
// this page, so every message is parsed.
import * as v from "valibot"
import { prefix } from "./prefix.ts"

export type TabChannel<T> = {
  post: (message: T) => void
  /** Calls back with what other tabs post, in order, never with our own. Returns the way to stop. */
  listen: (listener: (message: T) => void) => () => void
  close: () => void
}

/** Without BroadcastChannel nobody hears anybody. `name` is the same in every tab. */
export function openTabChannel<T>(name: string, schema: v.GenericSchema<unknown, T>): TabChannel<T> {
  let channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(tabName(name)) : undefined
  return {
    post: (message) => channel?.postMessage(message),
    listen(listener) {
      const onMessage = (event: MessageEvent) => {
        const parsed = v.safeParse(schema, event.data)
        if (parsed.success) listener(parsed.output)
      }
      const heard = channel
      heard?.addEventListener("message", onMessage)
      return () => heard?.removeEventListener("message", onMessage)
    },
    // What was under way when a page ended may still want to say something: nobody hears it any more.
    close() {
      channel?.close()
      channel = undefined
    },
  }
}

/** Other installations may share our origin, each under a prefix of its own. */
export function tabName(name: string): string {
  return `sandbar ${prefix} ${name}`
}
