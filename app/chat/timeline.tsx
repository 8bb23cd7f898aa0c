// One session, from its loaded beginning to what happens right now.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import ArrowDown from "lucide-solid/icons/arrow-down"
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js"
import { Button } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty.tsx"
import { notify } from "../ui/notices.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import type { Chat } from "./chat.ts"
import { useChat } from "./chat-context.tsx"
import { ExchangeView } from "./exchange-view.tsx"
import { exchangesOf, standingsOf } from "./exchanges.ts"
import { SessionStatusLine } from "./session-status-line.tsx"
import { createStickyScroll } from "./sticky-scroll.ts"
import { TimelineProvider } from "./timeline-context.ts"
import { WaitingPrompts } from "./waiting-prompt.tsx"
import "./timeline.css"

export type OpenedSession = ReturnType<Chat["openSession"]>

export type TimelineProps = {
  sessionID: string
  opened: OpenedSession
  sessionHref: (id: string) => string
  /** The agent waits for an answer of the person. */
  waiting?: boolean
  /** The server does not run now. */
  resting?: boolean
  /** Whether it waits in this call. */
  waitsFor?: (part: ToolPart) => boolean
}

export function Timeline(props: TimelineProps) {
  const chat = useChat()
  const scroll = createStickyScroll()
  const place = {
    directory: () => chat.state.sessions[props.sessionID]?.directory ?? "",
    sessionHref: (id: string) => props.sessionHref(id),
    waitsFor: (part: ToolPart) => props.waitsFor?.(part) ?? false,
  }
  // Where the conversation is not loaded, they have no turns to stand among.
  const unplaced = () =>
    chat.state.messages[props.sessionID]
      ? []
      : chat.outbox.entries().filter((one) => one.sessionID === props.sessionID && one.state !== "back")
  return (
    <TimelineProvider value={place}>
      <div class="timeline">
        <section class="timeline-scroller" ref={scroll.scroller} tabindex="0" aria-label="Conversation">
          <div class="timeline-content" ref={scroll.content}>
            <Switch fallback={<Exchanges {...props} holdPlace={scroll.holdPlace} />}>
              <Match when={props.opened.state() === "loading" && !chat.state.messages[props.sessionID]}>
                <Skeleton label="Loading the conversation" rows={6} />
              </Match>
              <Match when={props.opened.state() === "waiting" && !chat.state.messages[props.sessionID]}>
                <p class="turn-note">The conversation appears here when the server can be reached.</p>
              </Match>
              <Match when={props.opened.state() === "failed" && !chat.state.messages[props.sessionID]}>
                <EmptyState
                  title="The conversation could not be loaded"
                  text={props.opened.reason()}
                  action={<Button onClick={() => props.opened.retry()}>Try again</Button>}
                />
              </Match>
            </Switch>
            <WaitingPrompts entries={unplaced()} />
          </div>
        </section>
        <Show when={!scroll.stuck()}>
          <Button class="jump-to-latest" size="small" onClick={scroll.toEnd}>
            <ArrowDown aria-hidden="true" /> Jump to latest
          </Button>
        </Show>
      </div>
    </TimelineProvider>
  )
}

type HoldPlace = ReturnType<typeof createStickyScroll>["holdPlace"]

function Exchanges(props: TimelineProps & { holdPlace: HoldPlace }) {
  const chat = useChat()
  let list: HTMLDivElement | undefined
  const exchanges = createMemo(
    () =>
      new Map(
        exchangesOf(chat.state.messages[props.sessionID] ?? []).map((exchange) => [exchange.id, exchange]),
      ),
  )
  const ids = createMemo(() => [...exchanges().keys()])
  const busy = () => (chat.state.status[props.sessionID]?.type ?? "idle") !== "idle"
  const standings = createMemo(() => standingsOf([...exchanges().values()], busy()))
  return (
    <div ref={list}>
      <Show when={props.opened.hasEarlier()}>
        <LoadEarlier
          load={() => props.holdPlace(() => list?.querySelector(".exchange"), props.opened.loadEarlier)}
        />
      </Show>
      <For each={ids()}>
        {(id) => (
          <Show when={exchanges().get(id)}>
            {(exchange) => <ExchangeView exchange={exchange()} standing={standings().get(id) ?? "over"} />}
          </Show>
        )}
      </For>
      <SessionStatusLine
        sessionID={props.sessionID}
        last={exchanges().get(ids().at(-1) ?? "")}
        stopped={standings().get(ids().at(-1) ?? "") === "unread"}
        waiting={props.waiting ?? false}
        resting={props.resting ?? false}
      />
    </div>
  )
}

function LoadEarlier(props: { load: () => Promise<void> }) {
  const [loading, setLoading] = createSignal(false)
  const load = async () => {
    setLoading(true)
    await props.load().catch((cause: unknown) => {
      notify({ kind: "warn", text: `Earlier messages could not be loaded. ${sentenceOf(cause)}` })
    })
    setLoading(false)
  }
  return (
    <p class="load-earlier">
      <Button variant="quiet" size="small" disabled={loading()} onClick={() => void load()}>
        {loading() ? "Loading earlier messages" : "Load earlier messages"}
      </Button>
    </p>
  )
}

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "Try again."
}
