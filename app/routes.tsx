// The URL map, every screen lazy. Paths here are without the prefix; the router adds it.
import { Route, Router, useParams } from "@solidjs/router"
import { lazy, type ParentProps, Suspense } from "solid-js"
import type { UiConfig } from "../shared/ui-config.ts"
import { routerBase } from "./base/prefix.ts"
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
const NotFound = lazy(async () => ({ default: (await import("./screens/not-found.tsx")).NotFound }))

export function Routes(props: { config: UiConfig }) {
  return (
    <Router base={routerBase} root={(root) => <Root config={props.config}>{root.children}</Root>}>
      <Route path="/" component={StartScreen} />
      <Route path="/s/:server" component={ServerScreen}>
        <Route path="/" component={ServerHome} />
        <Route path="/session/:session" component={SessionScreen} />
      </Route>
      <Route path="*" component={NotFound} />
    </Router>
  )
}

function Root(props: ParentProps<{ config: UiConfig }>) {
  const params = useParams()
  return (
    <ServersProvider
      options={{ provided: props.config.servers, activeId: () => idFromSegment(params.server) }}
    >
      <Suspense>{props.children}</Suspense>
    </ServersProvider>
  )
}
