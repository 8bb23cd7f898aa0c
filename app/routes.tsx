// The URL map, every screen lazy. Paths here are without the prefix; the router adds it.
import { Route, Router, useNavigate, useParams } from "@solidjs/router"
import { type ParentProps, Show, Suspense } from "solid-js"
import type { UiConfig } from "../shared/ui-config.ts"
import { routerBase } from "./base/prefix.ts"
import { createSandboxes } from "./sandboxes/create-sandboxes.ts"
import { sandboxPath } from "./sandboxes/sandbox-path.ts"
import { SandboxesProvider } from "./sandboxes/sandboxes-context.ts"
import { createSpawned } from "./sandboxes/spawned-servers.ts"
import { createLinkedServer, takeLinkedServer } from "./screens/create-linked-server.ts"
import { lazyScreen } from "./screens/lazy-screen.tsx"
import type { LinkedServer } from "./servers/linked-server.ts"
import type { ServerStorage } from "./servers/open-server-storage.ts"
import { ServersProvider } from "./servers/server-context.tsx"
import { idFromSegment, serverPath } from "./servers/server-path.ts"

const StartScreen = lazyScreen(async () => (await import("./screens/start-screen.tsx")).StartScreen)
const ServerScreen = lazyScreen(async () => (await import("./screens/server-screen.tsx")).ServerScreen)
const ServerHome = lazyScreen(async () => (await import("./screens/server-home.tsx")).ServerHome)
const SessionScreen = lazyScreen(async () => (await import("./screens/session-screen.tsx")).SessionScreen)
const LinkedPicker = lazyScreen(async () => (await import("./screens/linked-picker.tsx")).LinkedPicker)
const NewSandboxScreen = lazyScreen(
  async () => (await import("./screens/new-sandbox-screen.tsx")).NewSandboxScreen,
)
const SandboxScreen = lazyScreen(async () => (await import("./screens/sandbox-screen.tsx")).SandboxScreen)
const SandboxesScreen = lazyScreen(
  async () => (await import("./screens/sandboxes-screen.tsx")).SandboxesScreen,
)
const SandboxDialogs = lazyScreen(
  async () => (await import("./sandboxes/sandbox-dialogs.tsx")).SandboxDialogs,
)
const NotFound = lazyScreen(async () => (await import("./screens/not-found.tsx")).NotFound)

type RoutesProps = { config: UiConfig; storage?: ServerStorage | undefined }

export function Routes(props: RoutesProps) {
  const linked = takeLinkedServer()
  return (
    <Router
      base={routerBase}
      root={(root) => (
        <Root {...props} linked={linked}>
          {root.children}
        </Root>
      )}
    >
      <Route path="/" component={StartScreen} />
      <Route path="/s/:server" component={ServerScreen}>
        <Route path="/" component={ServerHome} />
        <Route path="/session/:session" component={SessionScreen} />
      </Route>
      <Route path="/new" component={NewSandboxScreen} />
      <Route path="/sandbox/:sandbox" component={SandboxScreen} />
      <Route path="/sandboxes" component={SandboxesScreen} />
      <Route path="*" component={NotFound} />
    </Router>
  )
}

function Root(props: ParentProps<RoutesProps & { linked: LinkedServer | undefined }>) {
  const params = useParams()
  const navigate = useNavigate()
  const [linked, close] = createLinkedServer(props.linked)
  const activeId = () => idFromSegment(params.server)
  const open = (id: string, what: "server" | "progress") =>
    navigate(what === "server" ? serverPath(id) : sandboxPath(id))
  const sandboxes = props.config.spawning ? createSandboxes({ shownId: activeId, open }) : undefined
  return (
    <SandboxesProvider value={sandboxes}>
      <ServersProvider
        options={{
          provided: props.config.servers,
          spawned: sandboxes && createSpawned(sandboxes, navigate),
          activeId,
          storage: props.storage,
        }}
      >
        <Suspense>{props.children}</Suspense>
        <Show when={linked()} keyed>
          {(server) => (
            <Suspense>
              <LinkedPicker linked={server} onClose={close} />
            </Suspense>
          )}
        </Show>
        <Show when={sandboxes?.asked()}>
          <Suspense>
            <SandboxDialogs shownId={activeId() ?? params.sandbox} />
          </Suspense>
        </Show>
      </ServersProvider>
    </SandboxesProvider>
  )
}
