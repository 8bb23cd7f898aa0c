// Views of sandboxes over a fake api/sandboxes: the real store and the real requests in between.
import { createMemoryHistory, MemoryRouter, Route, useNavigate } from "@solidjs/router"
import { render } from "@solidjs/testing-library"
import type { JSX } from "solid-js"
import { createSandboxes } from "../../app/sandboxes/create-sandboxes.ts"
import { SandboxDialogs } from "../../app/sandboxes/sandbox-dialogs.tsx"
import { type Sandboxes, SandboxesProvider } from "../../app/sandboxes/sandboxes-context.ts"
import { createSpawned } from "../../app/sandboxes/spawned-servers.ts"
import { ServersProvider } from "../../app/servers/server-context.tsx"
import type { ServerHealth } from "../../app/servers/server-health.ts"
import { Notices } from "../../app/ui/notices.tsx"
import type { SandboxApi } from "./sandbox-api.ts"

export type WithSandboxesOptions = {
  path?: string
  activeId?: () => string | undefined
  probe?: () => Promise<ServerHealth>
}

/** Renders `view` wherever the router is. `where` says where that is. */
export function renderWithSandboxes(
  api: SandboxApi,
  view: (sandboxes: Sandboxes) => JSX.Element,
  options: WithSandboxesOptions = {},
) {
  const history = createMemoryHistory()
  history.set({ value: options.path ?? "/", scroll: false, replace: true })
  let made: Sandboxes | undefined
  const Root = (props: { children?: JSX.Element }) => {
    const navigate = useNavigate()
    const activeId = options.activeId ?? (() => undefined)
    const sandboxes = createSandboxes({
      fetch: api.fetch,
      shownId: activeId,
      open: (id, what) => navigate(what === "server" ? `/s/${id}/` : `/sandbox/${id}`),
    })
    made = sandboxes
    return (
      <SandboxesProvider value={sandboxes}>
        <ServersProvider
          options={{
            provided: [],
            spawned: createSpawned(sandboxes, navigate),
            activeId,
            probe: options.probe ?? (async () => ({ kind: "healthy", version: "1", latencyMs: 1 })),
          }}
        >
          <Notices />
          {props.children}
          <SandboxDialogs shownId={activeId()} />
        </ServersProvider>
      </SandboxesProvider>
    )
  }
  render(() => (
    <MemoryRouter history={history} root={Root}>
      <Route path="*" component={() => <>{view(made as Sandboxes)}</>} />
    </MemoryRouter>
  ))
  return { sandboxes: made as unknown as Sandboxes, where: () => history.get() }
}
