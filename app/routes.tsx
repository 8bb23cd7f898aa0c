// The URL map, every screen lazy. Paths here are without the prefix; the router adds it.
import { Route, Router, useParams } from "@solidjs/router"
import { lazy, type ParentProps, Show, Suspense } from "solid-js"
import type { UiConfig } from "../shared/ui-config.ts"
import { routerBase } from "./base/prefix.ts"
import { createLinkedServer, takeLinkedServer } from "./screens/create-linked-server.ts"
import type { LinkedServer } from "./servers/linked-server.ts"
import type { ServerStorage } from "./servers/open-server-storage.ts"
import { ServersProvider } from "./servers/server-context.tsx"
import { idFromSegment } from "./servers/server-path.ts"

const StartScreen = lazy(async () => ({ default: (await import("./screens/start-screen.tsx")).StartScreen }))
const ServerScreen = lazy(async () => ({
  default: (await import("./screens/server-screen.tsx")).ServerScreen,
}))
const ServerHome = lazy(async () => ({ default: (await import("./screens/server-home.tsx")).ServerHome }))
const SessionScreen = lazy(async () => ({
  default: (await import("./screens/session-screen.tsx")).SessionScreen,
}))
const LinkedPicker = lazy(async () => ({
  default: (await import("./screens/linked-picker.tsx")).LinkedPicker,
}))
const NotFound = lazy(async () => ({ default: (await import("./screens/not-found.tsx")).NotFound }))

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
      <Route path="*" component={NotFound} />
    </Router>
  )
}

function Root(props: ParentProps<RoutesProps & { linked: LinkedServer | undefined }>) {
  const params = useParams()
  const [linked, close] = createLinkedServer(props.linked)
  return (
    <ServersProvider
      options={{
        provided: props.config.servers,
        activeId: () => idFromSegment(params.server),
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
    </ServersProvider>
  )
}
