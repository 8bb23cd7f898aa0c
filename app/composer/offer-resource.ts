import { createEffect, createSignal, on } from "solid-js"
import type { Connection } from "../connection/connection.ts"
import { fetchOffer, type Offer } from "./offer.ts"

export type OfferResource = {
  /** The newest answer, also while it is asked for again. */
  value: () => Offer | undefined
  state: () => "loading" | "ready" | "failed"
  retry: () => void
}

/**
 * Asks when the link stands, and not before: a server that is starting would only refuse. Asks again whenever it
 * comes back: a restarted server may have other providers.
 */
export function createOffer(connection: Connection): OfferResource {
  const [value, setValue] = createSignal<Offer>()
  const [state, setState] = createSignal<"loading" | "ready" | "failed">("loading")
  let latest = 0
  const load = async () => {
    const mine = ++latest
    try {
      const offer = await fetchOffer(connection.client)
      if (mine !== latest) return
      setValue(offer)
      setState("ready")
    } catch {
      // Why the server does not answer is said by the link; here only the pick is missing, prompts still go.
      if (mine !== latest || value() !== undefined) return
      setState(connection.link.state() === "live" ? "failed" : "loading")
    }
  }
  createEffect(
    on(connection.link.state, (link) => {
      if (link === "live") void load()
    }),
  )
  return { value, state, retry: () => void load() }
}
