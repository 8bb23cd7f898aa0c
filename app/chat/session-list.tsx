// The sidebar's sessions: what needs the person first, then by day.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { A } from "@solidjs/router"
import SquarePen from "lucide-solid/icons/square-pen"
import { createMemo, createSignal, createUniqueId, For, Match, onCleanup, Show, Switch } from "solid-js"
import { Button } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty.tsx"
import { notify } from "../ui/notices.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import { useChat } from "./chat-context.tsx"
import { type GroupName, groupSessions, sharedTitles, timeOf, titleOf } from "./session-groups.ts"
import { SessionRow } from "./session-row.tsx"
import "./session-list.css"

export type SessionListProps = {
  newHref: string
  hrefOf: (id: string) => string
  currentID: string | undefined
  /** How many asks wait in a session, its sub-agents included. */
  asksOf: (id: string) => number
  /** After the current session was deleted. */
  onCurrentDeleted: () => void
}

const minuteMs = 60_000

export function SessionList(props: SessionListProps) {
  const chat = useChat()
  const now = createClock()
  const groups = createMemo(() => groupSessions(chat.sessions(), (id) => props.asksOf(id) > 0, now()))
  const shared = createMemo(() => sharedTitles(chat.sessions()))
  const names = createMemo(() => groups().map((group) => group.name))
  const inGroup = (name: GroupName) => groups().find((group) => group.name === name)?.sessions ?? []
  return (
    <nav class="session-list" aria-label="Sessions">
      <A class="new-session" href={props.newHref} end>
        <SquarePen aria-hidden="true" /> New session
      </A>
      <Switch>
        <Match when={chat.sessions().length > 0}>
          <Show when={chat.sessionsReason()}>{(reason) => <OldList reason={reason()} />}</Show>
          <For each={names()}>
            {(name) => (
              <Group
                {...props}
                name={name}
                ids={inGroup(name).map((session) => session.id)}
                timeOf={(session) => (shared().has(titleOf(session)) ? timeOf(session, now()) : undefined)}
              />
            )}
          </For>
          <Show when={chat.hasMoreSessions()}>
            <MoreSessions />
          </Show>
        </Match>
        <Match when={chat.sessionsState() === "waiting"}>
          <p class="sessions-waiting">Sessions appear here when the server can be reached.</p>
        </Match>
        <Match when={chat.sessionsState() === "loading"}>
          <Skeleton label="Loading sessions" rows={5} />
        </Match>
        <Match when={chat.sessionsState() === "failed"}>
          <EmptyState
            title="Sessions could not be loaded"
            text={chat.sessionsReason()}
            action={
              <Button size="small" onClick={() => chat.reload()}>
                Try again
              </Button>
            }
          />
        </Match>
        <Match when={chat.sessionsState() === "ready"}>
          <EmptyState title="No sessions yet" text="Your first prompt starts one." />
        </Match>
      </Switch>
    </nav>
  )
}

/** The list of before stays; that it is an old one is said above it. */
function OldList(props: { reason: string }) {
  const chat = useChat()
  return (
    <p class="sessions-old" role="status">
      This list may be out of date. {props.reason}{" "}
      <Button variant="quiet" size="small" onClick={() => chat.reload()}>
        Try again
      </Button>
    </p>
  )
}

type GroupProps = SessionListProps & {
  name: GroupName
  ids: string[]
  timeOf: (session: Session) => string | undefined
}

function Group(props: GroupProps) {
  const chat = useChat()
  const heading = createUniqueId()
  return (
    <section class="session-group" aria-labelledby={heading}>
      <h2 id={heading}>
        {props.name}
        <Show when={props.name === "Needs you"}>
          {" "}
          <span class="session-group-count">{props.ids.length}</span>
        </Show>
      </h2>
      <ul>
        <For each={props.ids}>
          {(id) => (
            <Show when={chat.state.sessions[id]}>
              {(session) => (
                <SessionRow
                  session={session()}
                  href={props.hrefOf(id)}
                  current={id === props.currentID}
                  asks={props.asksOf(id)}
                  time={props.timeOf(session())}
                  onDeleted={() => id === props.currentID && props.onCurrentDeleted()}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
    </section>
  )
}

function MoreSessions() {
  const chat = useChat()
  const [loading, setLoading] = createSignal(false)
  const load = async () => {
    setLoading(true)
    await chat.loadMoreSessions().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : "Try again."
      notify({ kind: "warn", text: `Older sessions could not be loaded. ${why}` })
    })
    setLoading(false)
  }
  return (
    <Button
      variant="quiet"
      size="small"
      class="more-sessions"
      disabled={loading()}
      onClick={() => void load()}
    >
      {loading() ? "Loading older sessions" : "Load older sessions"}
    </Button>
  )
}

/** "Today" has to become "Yesterday" in a tab that stays open over midnight. */
function createClock(): () => number {
  const [now, setNow] = createSignal(Date.now())
  const timer = setInterval(() => setNow(Date.now()), minuteMs)
  onCleanup(() => clearInterval(timer))
  return now
}
