// Mounts the app: asks the proxy for the configuration, then shows the screens.
import { createResource, createSignal, Show } from "solid-js"
import { render } from "solid-js/web"
import "./ui/tokens.css"
import "./ui/base.css"
import { isUnder, prefix } from "./base/prefix.ts"
import { soundUrl } from "./base/sound-url.ts"
import { Routes } from "./routes.tsx"
import { OutsidePrefix } from "./screens/outside-prefix.tsx"
import { Starting } from "./screens/starting.tsx"
import { openServerStorage } from "./servers/open-server-storage.ts"
import { loadUiConfig } from "./servers/ui-config.ts"
import { Notices } from "./ui/notices.tsx"
import { Tooltips } from "./ui/tooltips.tsx"

const storage = openServerStorage()

async function load(onTrouble: (trouble: string | undefined) => void) {
  const [config] = await Promise.all([loadUiConfig({ onTrouble }), storage.passwords.ready])
  return config
}

function App() {
  const [trouble, setTrouble] = createSignal<string>()
  const [config] = createResource(() => load(setTrouble))
  return (
    <>
      <Show when={config()} fallback={<Starting trouble={trouble()} />}>
        {(loaded) => <Routes config={loaded()} storage={storage} />}
      </Show>
      <Notices />
      <Tooltips />
    </>
  )
}

// A mistyped link shows what it leads to, if only to nothing.
const url = soundUrl(location)
if (url !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", url)

const root = document.getElementById("app")
if (!root) throw new Error("index.html has no #app")
render(() => (isUnder(prefix, location.pathname) ? <App /> : <OutsidePrefix />), root)
