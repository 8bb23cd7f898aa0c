import { createEffect, createSignal, on, onCleanup } from "solid-js"
import { browserClock } from "../connection/clock.ts"
import type { Connection } from "../connection/connection.ts"
import { failureOf } from "../connection/failure.ts"
import type { Slot } from "../connection/last-known.ts"
import { fetchOffer, type Offer } from "./offer.ts"

export type OfferResource = {
  /** The newest answer, also while it is asked for again. */
  value: () => Offer | undefined
  state: () => "loading" | "ready" | "failed"
  /** One sentence when `failed`. */
  reason: () => string | undefined
  retry: () => void
}

const offerSlot: Slot<Offer> = { name: "offer" }

const firstWaitMs = 1_000
const longestWaitMs = 30_000

/**
 * Shows what the server offered last, where that is remembered: every session has a composer of its own. Asks when the
 * link stands, and not before: a server that is starting would only refuse. Asks again whenever it comes back (a
 * restarted server may have other providers) and, ever less often, after an answer that was lost.
 */
export function createOffer(connection: Connection, { after } = browserClock): OfferResource {
  const [value, setValue] = createSignal(connection.lastKnown?.recall(offerSlot))
  const [failure, setFailure] = createSignal<string>()
  let latest = 0
  let waitMs = firstWaitMs
  let cancelWait: (() => void) | undefined
  onCleanup(() => {
    latest++
    cancelWait?.()
  })
  const load = async () => {
    const mine = ++latest
    cancelWait?.()
    try {
      const offer = await fetchOffer(connection.client)
      if (mine !== latest) return
      setValue(offer)
      setFailure(undefined)
      waitMs = firstWaitMs
      connection.lastKnown?.keep(offerSlot, offer)
    } catch (error) {
      if (mine !== latest) return
      // While the link is down it says why; here only the pick is missing, prompts still go.
      const live = connection.link.state() === "live"
      setFailure(live ? failureOf(error).message : undefined)
      if (!live) return
      cancelWait = after(waitMs, () => void load())
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
  }
  createEffect(
    on(connection.link.state, (link) => {
      if (link === "live") void load()
    }),
  )
  const state = () => {
    if (value()) return "ready"
    return failure() === undefined ? "loading" : "failed"
  }
  return { value, state, reason: failure, retry: () => void load() }
}
