// A link to a server that this browser does not know: add it, or pick another.
import { A } from "@solidjs/router"
import { For, Show } from "solid-js"
import { isSandboxId } from "../../shared/servers.ts"
import { useServers } from "../servers/server-context.tsx"
import { ServerForm } from "../servers/server-form.tsx"
import { healthDot, healthWords } from "../servers/server-health.ts"
import { serverPath, urlFromId } from "../servers/server-path.ts"
import { Dot } from "../ui/dot.tsx"
import { PlainPage } from "./plain-page.tsx"

export type UnknownServerProps = {
  id: string
  /** It stood here until a moment ago, by this name. */
  removed?: string | undefined
}

export function UnknownServer(props: UnknownServerProps) {
  const servers = useServers()
  const address = () => {
    const url = urlFromId(props.id)
    return url.ok ? url.url : undefined
  }
  const reason = () => {
    const url = urlFromId(props.id)
    return url.ok ? undefined : url.reason
  }
  return (
    <PlainPage title={titleOf(props)}>
      <Show
        when={address()}
        keyed
        fallback={
          <p class="plain-text">{reason()} Pick another server below, or from the top of the page.</p>
        }
      >
        {(url) => (
          <>
            <p class="plain-text">
              {props.removed
                ? "Another tab removed this server. Its sessions are still there: add it again to open it."
                : "The link leads to a server that this browser does not know. Add it to open the link."}
            </p>
            <div class="plain-card">
              {/* The URL stays: once the server is known, the link opens. */}
              <ServerForm
                {...(props.removed ? { address: url } : { linked: { address: url, name: "" } })}
                onDone={() => undefined}
              />
            </div>
          </>
        )}
      </Show>
      <Show when={servers.list().length > 0}>
        <nav class="plain-list" aria-label="Servers you know">
          <h2>{address() ? "Or pick a server you know" : "Servers you know"}</h2>
          <For each={servers.list()}>
            {(server) => (
              <A href={serverPath(server.id)}>
                <Dot
                  kind={healthDot(servers.health(server.id))}
                  label={healthWords(servers.health(server.id))}
                />
                {server.name}
              </A>
            )}
          </For>
        </nav>
      </Show>
    </PlainPage>
  )
}

function titleOf({ id, removed }: UnknownServerProps): string {
  if (isSandboxId(id)) return removed ? `“${removed}” was deleted` : "There is no such sandbox"
  return removed ? `“${removed}” was removed from your list` : `“${id}” is not in your list`
}
