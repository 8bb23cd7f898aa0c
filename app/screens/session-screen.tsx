// One session: what was said, and where to say more.
import { A, useIsRouting, useNavigate, useParams } from "@solidjs/router"
import { createMemo, createSignal, Match, Show, Switch } from "solid-js"
import { AskPanel } from "../asks/ask-panel.tsx"
import { useAsks } from "../asks/asks-context.tsx"
import { waitsFor } from "../asks/waits-for.ts"
import { useChat } from "../chat/chat-context.tsx"
import { familyOf } from "../chat/session-family.ts"
import { titleOf } from "../chat/session-groups.ts"
import { Timeline } from "../chat/timeline.tsx"
import { Composer } from "../composer/composer.tsx"
import { LeftDraft } from "../composer/left-draft.tsx"
import { createStopping, StopButton } from "../composer/stop-button.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { serverPath } from "../servers/server-path.ts"
import { Button } from "../ui/button.tsx"
import { createMedia } from "../ui/create-media.ts"
import { EmptyState } from "../ui/empty.tsx"
import { createResting } from "./create-resting.ts"
import { sessionPath } from "./session-path.ts"
import "./session-screen.css"

export function SessionScreen() {
  const params = useParams()
  return (
    <Show when={params.session} keyed>
      {(id) => <SessionMain id={id} />}
    </Show>
  )
}

function SessionMain(props: { id: string }) {
  const chat = useChat()
  const asks = useAsks()
  const { server } = useConnection()
  const navigate = useNavigate()
  const leaving = useIsRouting()
  const opened = chat.openSession(() => props.id)
  const waiting = createMemo(() => asks.of(familyOf(chat.state.sessions, props.id)))
  const askerOf = (id: string) => {
    const asker = chat.state.sessions[id]
    return id === props.id ? undefined : asker ? titleOf(asker) : "a sub-agent"
  }
  const session = () => chat.state.sessions[props.id]
  const parent = () => session()?.parentID
  const elsewhere = () => {
    const [its, ours] = [session()?.directory, chat.directory()]
    return its !== undefined && ours !== undefined && its !== ours ? its : undefined
  }
  const narrow = createMedia("(width < 700px)")
  const [writing, setWriting] = createSignal(false)
  const asked = () => waiting().length > 0
  // Where there is room for one only, an ask takes the composer's place, but never from under somebody's hands.
  const onlyAsk = () => asked() && narrow() && !writing()
  const resting = createResting()
  const stopping = createStopping(() => chat.stop(props.id))
  let focusPrompt: (() => void) | undefined
  return (
    <Switch
      fallback={
        <>
          <Timeline
            sessionID={props.id}
            opened={opened}
            waiting={asked()}
            resting={resting() !== undefined}
            waitsFor={(part) => waitsFor(waiting(), part)}
            sessionHref={(id) => sessionPath(server.id, id)}
          />
          <Show when={asked()}>
            <AskPanel
              asks={waiting()}
              directory={session()?.directory ?? ""}
              askerOf={askerOf}
              onLeft={() => focusPrompt?.()}
            >
              <Show when={onlyAsk()}>
                <StopButton stopping={stopping} />
              </Show>
            </AskPanel>
          </Show>
          <Show when={opened.state() === "failed" && chat.state.messages[props.id]}>
            <OldConversation reason={opened.reason()} onRetry={opened.retry} />
          </Show>
          <Show when={!onlyAsk()}>
            <Switch
              fallback={
                <Composer
                  sessionID={props.id}
                  onInUse={setWriting}
                  resting={resting() !== undefined}
                  leaving={leaving()}
                  focusRef={(focus) => {
                    focusPrompt = focus
                  }}
                />
              }
            >
              <Match when={elsewhere()}>{(directory) => <ElsewhereNote directory={directory()} />}</Match>
              <Match when={parent()}>{(id) => <SubAgentNote href={sessionPath(server.id, id())} />}</Match>
            </Switch>
          </Show>
        </>
      }
    >
      <Match when={opened.state() === "missing"}>
        <div class="session-missing">
          <EmptyState
            title="This session is not on this server"
            text="It was deleted, or the link comes from another server."
            action={
              <A class="text-link" href={serverPath(server.id)}>
                Start a new session
              </A>
            }
          />
          <LeftDraft sessionID={props.id} onMoved={() => navigate(serverPath(server.id))} />
        </div>
      </Match>
    </Switch>
  )
}

/** A sub-agent takes its prompts from the agent above it. */
function SubAgentNote(props: { href: string }) {
  return (
    <p class="session-note">
      A sub-agent works here for another session.{" "}
      <A class="text-link" href={props.href}>
        Back to that session
      </A>
    </p>
  )
}

/** A server tells about one directory only: what would be typed here would be answered out of sight. */
function ElsewhereNote(props: { directory: string }) {
  return (
    <p class="session-note">
      This session works in <code>{props.directory}</code>, not where this server was started. It is shown as
      it was when you opened it. To go on with it, start a server in that directory.
    </p>
  )
}

/** What was there stays; that it is old is said below it. */
function OldConversation(props: { reason: string | undefined; onRetry: () => void }) {
  return (
    <p class="session-note" role="status">
      This conversation may be out of date. {props.reason}{" "}
      <Button size="small" onClick={() => props.onRetry()}>
        Try again
      </Button>
    </p>
  )
}
