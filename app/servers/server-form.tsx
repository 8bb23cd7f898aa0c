// Adds or edits one server. The address is tested while it is typed; a server that is down can be saved.
import { createMemo, createSignal, onMount, Show } from "solid-js"
import { normaliseServerUrl, serverId } from "../../shared/servers.ts"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createTypedProbe } from "./create-typed-probe.ts"
import type { probe } from "./probe.ts"
import { ProbeResult } from "./probe-result.tsx"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import type { ServerEntry } from "./server-list.ts"
import { defaultUsername } from "./target-headers.ts"
import "./server-form.css"

export type ServerFormProps = {
  /** Edit this one; otherwise add one. */
  server?: Server | undefined
  /** Filled in when adding. */
  address?: string | undefined
  /** Takes the focus when it appears. */
  focus?: boolean
  onDone: (id: string) => void
  onCancel?: (() => void) | undefined
  probe?: typeof probe
}

export function ServerForm(props: ServerFormProps) {
  const servers = useServers()
  const [address, setAddress] = createSignal(props.server?.url ?? props.address ?? "")
  const [name, setName] = createSignal(props.server?.name ?? "")
  const [username, setUsername] = createSignal(props.server?.username ?? "")
  const [password, setPassword] = createSignal(props.server?.password ?? "")
  const [remember, setRemember] = createSignal(props.server ? servers.remembers(props.server.id) : false)
  // An empty field is wrong only once someone tries to save it.
  const [tried, setTried] = createSignal(false)

  const fixed = () => props.server?.provided === true
  const normalised = createMemo(() =>
    fixed() && props.server ? { ok: true as const, url: props.server.url } : normaliseServerUrl(address()),
  )
  const url = createMemo(() => {
    const now = normalised()
    return now.ok ? now.url : undefined
  })
  const other = () => {
    const now = url()
    const there = now === undefined ? undefined : servers.find(serverId(now))
    return there && there.id !== props.server?.id ? there : undefined
  }
  const fault = () => {
    const now = normalised()
    if (!now.ok) return address().trim() !== "" || tried() ? now.reason : undefined
    const there = other()
    return there ? `This server is already in the list as “${there.name}”.` : undefined
  }
  const target = createMemo(() => {
    const now = url()
    return now === undefined ? undefined : { url: now, username: username(), password: password() }
  })
  const health = createTypedProbe(target, props.probe)

  let form: HTMLFormElement | undefined
  onMount(() => {
    if (props.focus) queueMicrotask(() => form?.querySelector<HTMLElement>("input:enabled")?.focus())
  })
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    setTried(true)
    const now = url()
    if (!now || other()) return
    const entry: ServerEntry = {
      name: name().trim() || new URL(now).host,
      url: now,
      username: username().trim(),
      password: password(),
      remember: remember(),
    }
    if (props.server) servers.edit(props.server.id, entry)
    else servers.add(entry)
    props.onDone(serverId(now))
  }

  return (
    <form ref={form} class="server-form" onSubmit={save} novalidate>
      <div class="fields">
        <TextField
          label="Address"
          mono
          value={address()}
          onInput={setAddress}
          onBlur={() => setAddress(url() ?? address())}
          placeholder="host:port"
          inputmode="url"
          autocapitalize="off"
          spellcheck={false}
          disabled={fixed()}
          error={fault()}
          description={<Preview typed={address()} url={url()} fixed={fixed()} />}
        />
        <TextField
          label="Name"
          value={name()}
          onInput={setName}
          maxLength={80}
          placeholder={hostOf(url()) ?? "How you want to see it in the list"}
          disabled={fixed()}
        />
        <div class="pair">
          <TextField
            label="User name"
            value={username()}
            onInput={setUsername}
            placeholder={defaultUsername}
            autocapitalize="off"
            spellcheck={false}
          />
          <TextField
            label="Password"
            type="password"
            value={password()}
            onInput={setPassword}
            autocomplete="off"
            placeholder="None"
          />
        </div>
        <Checkbox
          label="Remember the password on this device"
          description="Otherwise it is kept until this tab is closed. Remembered, it is stored unencrypted in this browser."
          checked={remember()}
          onChange={setRemember}
        />
        <ProbeResult health={fault() ? undefined : health()} />
      </div>
      <div class="form-actions">
        <Show when={props.onCancel}>{(cancel) => <Button onClick={() => cancel()()}>Cancel</Button>}</Show>
        <Button type="submit" variant="primary">
          {props.server ? "Save server" : "Add server"}
        </Button>
      </div>
    </form>
  )
}

/** What the typed text will become, when that is not what stands there. */
function Preview(props: { typed: string; url: string | undefined; fixed: boolean }) {
  return (
    <Show when={!props.fixed} fallback="This server is provided by the installation.">
      <Show
        when={props.url && props.url !== props.typed ? props.url : undefined}
        fallback="Host and port of an OpenCode server."
      >
        {(url) => <code>{url()}</code>}
      </Show>
    </Show>
  )
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).host
}
