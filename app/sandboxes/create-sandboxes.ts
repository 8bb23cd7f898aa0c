// The list of sandboxes, kept fresh, and what a person does to them. The proxy has the truth: every action is
// followed by another look, and nothing is shown that was not answered.
import { createSignal, onCleanup, untrack } from "solid-js"
import { createStore, reconcile } from "solid-js/store"
import type { Sandbox, SandboxList } from "../../shared/sandboxes.ts"
import type { Offer } from "../../shared/templates.ts"
import { bareRecord } from "../base/bare-record.ts"
import { gone } from "../base/gone.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import { failureOf } from "../connection/failure.ts"
import { notify } from "../ui/notices.tsx"
import { makePoll, type Page } from "./poll-list.ts"
import { type Fetch, makeSandboxRequests } from "./sandbox-requests.ts"
import type { Asked, Sandboxes } from "./sandboxes-context.ts"

export type SandboxesOptions = {
  /** The server on the screen: what happens to it is seen without a notice. */
  shownId: () => string | undefined
  /** Opens the server of a sandbox, or the page that tells how it starts. */
  open: (id: string, what: "server" | "progress") => void
  fetch?: Fetch
  clock?: Clock
  page?: Page
  notify?: typeof notify
}

const calmMs = 10_000
/** While something is on its way. */
const busyMs = 2_000
const onItsWay = ["starting", "stopping", "deleting"]

export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { clock = browserClock, page = document } = options
  const say = options.notify ?? notify
  const requests = makeSandboxRequests(options.fetch ?? ((input, init) => fetch(input, init)), clock)
  const [state, setState] = createStore<Partial<SandboxList>>({})
  const [trouble, setTrouble] = createSignal<string>()
  const [skewMs, setSkewMs] = createSignal(0)
  const [time, setTime] = createSignal(clock.now())
  const [asked, ask] = createSignal<Asked>()
  const left = new AbortController()
  onCleanup(() => left.abort(gone))
  /** Started here, and nobody was told yet how it went. */
  const awaited = new Set<string>()
  const attended = new Map<string, number>()
  const list = () => state.sandboxes ?? []
  const find = (id: string) => list().find((sandbox) => sandbox.id === id)

  const tell = (sandbox: Sandbox) => {
    const { id, name } = sandbox
    if (!awaited.has(id) || (sandbox.state !== "ready" && sandbox.state !== "failed")) return
    awaited.delete(id)
    if (attended.has(id) || options.shownId() === id) return
    if (sandbox.state === "ready")
      say({ text: `“${name}” is ready.`, action: { label: "Open", run: () => options.open(id, "server") } })
    else
      say({
        kind: "danger",
        text: `“${name}” does not start.`,
        action: { label: "Show why", run: () => options.open(id, "progress") },
      })
  }
  const poll = makePoll({
    clock,
    page,
    waitMs: () => (list().some((sandbox) => onItsWay.includes(sandbox.state)) ? busyMs : calmMs),
    async look(signal) {
      try {
        const answer = await requests.list(signal)
        if (answer.at !== undefined) setSkewMs(skewOf(answer.at, clock.now()))
        setTime(clock.now())
        setState(reconcile(answer.list))
        setTrouble(undefined)
        // What was asked for while this was under way is in the next answer.
        for (const id of Object.keys(waking)) if (!under.has(id)) setWaking({ [id]: false })
        for (const sandbox of answer.list.sandboxes) tell(sandbox)
      } catch (error) {
        signal.throwIfAborted()
        setTrouble(failureOf(error).message)
      }
    },
  })
  onCleanup(poll.stop)
  onCleanup(startTicking(clock, () => setTime(clock.now())))

  /** Whatever came of it, there may be news. */
  const act = async <T>(run: Promise<T>): Promise<T> => run.finally(poll.lookNow)
  const under = new Map<string, Promise<void>>()
  const [waking, setWaking] = createStore<Record<string, boolean>>(bareRecord())
  const offer = createOffer(requests.offer, left.signal)

  return {
    list,
    data: () => state.data ?? [],
    most: () => state.most,
    find,
    loaded: () => state.sandboxes !== undefined,
    trouble,
    now: () => time() + skewMs(),
    timeNow: () => clock.now() + untrack(skewMs),
    ...offer,
    refresh: poll.lookNow,
    async spawn(request) {
      const { sandbox, isNew } = await act(requests.spawn(request))
      const { id } = sandbox
      awaited.add(id)
      // It was there already, asleep or failed: who asks for it wants it running.
      if (!isNew && (sandbox.state === "stopped" || sandbox.state === "failed")) await act(requests.wake(id))
      return sandbox
    },
    wake(id, more) {
      awaited.add(id)
      const before = under.get(id)
      if (before) return before
      setWaking({ [id]: true })
      const promise = act(requests.wake(id, more))
        .catch((error: unknown) => {
          setWaking({ [id]: false })
          throw error
        })
        .finally(() => under.delete(id))
      under.set(id, promise)
      return promise
    },
    isWaking: (id) => waking[id] === true,
    isAwaited: (id) => awaited.has(id),
    stop(id) {
      awaited.delete(id)
      return act(requests.stop(id))
    },
    change: (id, change) => act(requests.change(id, change)),
    remove(id, request) {
      awaited.delete(id)
      return act(requests.remove(id, request))
    },
    async untilGone(id, ms) {
      const end = clock.now() + ms
      while (find(id) && clock.now() < end && !left.signal.aborted) {
        poll.lookNow()
        await new Promise<void>((resolve) => clock.after(500, resolve))
      }
    },
    asked,
    ask,
    attend(id) {
      attended.set(id, (attended.get(id) ?? 0) + 1)
      return () => {
        const others = (attended.get(id) ?? 1) - 1
        if (others > 0) attended.set(id, others)
        else attended.delete(id)
      }
    },
    requests,
  }
}

/** A date in HTTP has whole seconds, and the answer was a while on its way: so little is no difference at all. */
const sameMs = 3_000

function skewOf(theirs: number, ours: number): number {
  const skew = theirs - ours
  return Math.abs(skew) < sameMs ? 0 : skew
}

/** Countdowns say minutes; a third of one is soon enough. */
const tickMs = 20_000

function startTicking(clock: Clock, tick: () => void): () => void {
  let cancel: () => void
  const next = () => {
    cancel = clock.after(tickMs, () => {
      tick()
      next()
    })
  }
  next()
  return () => cancel()
}

/** Asked for when a form needs it, and anew each time: the operator may have changed the templates. */
function createOffer(
  ask: (signal: AbortSignal) => Promise<Offer>,
  left: AbortSignal,
): Pick<Sandboxes, "offer" | "offerTrouble" | "loadOffer"> {
  const [offer, setOffer] = createSignal<Offer>()
  const [offerTrouble, setTrouble] = createSignal<string>()
  const load = async () => {
    try {
      setOffer(await ask(left))
      setTrouble(undefined)
    } catch (error) {
      if (!left.aborted) setTrouble(failureOf(error).message)
    }
  }
  return { offer, offerTrouble, loadOffer: () => void load() }
}
