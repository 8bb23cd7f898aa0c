import { A } from "@solidjs/router"
import Ellipsis from "lucide-solid/icons/ellipsis"
import { type JSX, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { Dot } from "../ui/dot.tsx"
import { Menu, type MenuItem } from "../ui/menu.tsx"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import type { FormField } from "./server-form.tsx"
import {
  healthDot,
  healthSentence,
  healthWords,
  isLocked,
  runningCount,
  waitingCount,
  waitingWords,
} from "./server-health.ts"
import { serverAddress, serverPath } from "./server-path.ts"
import "./server-row.css"

export type ServerRowProps = {
  server: Server
  onPick: () => void
  onEdit: (field: FormField) => void
  onSignOut: () => void
  onRemove: () => void
  onHide: () => void
}

/** A link, so that a server can also be opened in another tab. */
export function ServerRow(props: ServerRowProps) {
  const servers = useServers()
  const health = () => servers.health(props.server.id)
  /** A server without a name of its own goes by its address. */
  const address = () => {
    const known = serverAddress(props.server)
    return known === props.server.name ? undefined : known
  }
  const isDefault = () => servers.default()?.id === props.server.id
  const isActive = () => servers.active()?.id === props.server.id

  const spawned = () => servers.spawned?.row(props.server.id)
  const items = (): readonly MenuItem[] => spawned()?.menu() ?? ownItems()
  const ownItems = (): MenuItem[] => [
    props.server.provided
      ? { label: "Set password", onSelect: () => props.onEdit("password") }
      : { label: "Edit", onSelect: () => props.onEdit("address") },
    {
      label: "Set as default",
      disabled: isDefault(),
      onSelect: () => servers.setDefault(props.server.id),
    },
    ...(props.server.password ? [{ label: "Sign out", onSelect: props.onSignOut }] : []),
    props.server.provided
      ? { label: "Hide", onSelect: props.onHide }
      : { label: "Remove", danger: true, onSelect: props.onRemove },
  ]

  return (
    <li class="server-row" data-active={isActive() ? "" : undefined}>
      <A
        class="row-link"
        href={serverPath(props.server.id)}
        aria-current={isActive() ? "page" : undefined}
        onClick={() => {
          servers.spawned?.onOpen(props.server.id)
          props.onPick()
        }}
      >
        <Dot kind={healthDot(health())} label={healthWords(health())} />
        <span class="row-who">
          <span class="row-name">{breakable(props.server.name)}</span>
          <span class="row-more">
            <Show when={address()}>{(known) => <code class="row-host">{breakable(known())}</code>}</Show>
            <Show when={isDefault()}>
              <span class="row-badge">default</span>
            </Show>
            <Show
              when={spawned()}
              fallback={
                <Show when={props.server.provided}>
                  <span class="row-badge">provided</span>
                </Show>
              }
            >
              {(row) => (
                <>
                  <Show when={row().source}>{(source) => <code class="row-host">{source()}</code>}</Show>
                  <Show when={row().note}>
                    {(note) => (
                      <span class="row-note">
                        <Show when={row().source}>
                          <span class="row-apart">·</span>
                        </Show>
                        {note()}
                      </span>
                    )}
                  </Show>
                </>
              )}
            </Show>
          </span>
        </span>
        <Numbers server={props.server} />
      </A>
      <Menu label={`Menu of ${props.server.name}`} trigger={<Ellipsis />} items={items()} />
      <Show when={spawned()?.isQuiet ? undefined : healthSentence(health())}>
        {(sentence) => (
          <div class="row-trouble">
            <span>{sentence()}</span>
            <Show when={isLocked(health())}>
              <Button size="small" onClick={() => props.onEdit("password")}>
                Enter password
              </Button>
            </Show>
          </div>
        )}
      </Show>
    </li>
  )
}

/** A long host breaks after a dot, not in the middle of a number. */
function breakable(address: string): JSX.Element {
  const [first, ...pieces] = address.split(/(?<=[.:])/)
  // None before the first: what is longer than a line would leave an empty one above it.
  return [first, ...pieces.flatMap((piece) => [<wbr />, piece])]
}

function Numbers(props: { server: Server }) {
  const servers = useServers()
  const health = () => servers.health(props.server.id)
  const healthy = () => {
    const now = health()
    return now.kind === "healthy" ? now : undefined
  }
  return (
    <span class="row-numbers">
      <Show when={healthy()}>
        {(now) => (
          <span class="row-version">
            <span>{now().version}</span>
            <span class="row-latency">{latencyWords(now().latencyMs)}</span>
          </span>
        )}
      </Show>
      <span class="row-work">
        <Show when={waitingCount(health())}>
          {(waiting) => <span class="row-waiting">{waitingWords(waiting())}</span>}
        </Show>
        <Show when={runningCount(health())}>
          {(running) => <span class="row-running">{running()} running</span>}
        </Show>
      </span>
    </span>
  )
}

/** Its place stays empty until it is known, so that the row does not jump. */
function latencyWords(ms: number | undefined): string {
  return ms === undefined ? "" : `${ms} ms`
}
