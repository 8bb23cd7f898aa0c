// Who we are to the API server, and how we know that it is the one. KubeConfig reads files, contexts, certificates and
// tokens and runs the programs that a kubeconfig names; it caches what it found, so a fresh one is made when the
// cluster no longer takes our word.
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { KubeConfig } from "@kubernetes/client-node"
import { Problem } from "../../../shared/problems.ts"

export type Credentials = {
  readonly server: string
  readonly namespace: string
  readonly tls: Readonly<Record<string, string | boolean>>
  readonly headers: Readonly<Record<string, string>>
  /** A proxy on the way to the API server, where the kubeconfig names one. */
  readonly proxy?: string
}

export type CredentialSource = {
  get: () => Promise<Credentials>
  /** Forgets what is known, so that rotated tokens, renewed certificates and a changed file count. */
  renew: () => void
}

/** The kubelet rotates a mounted token long before the old one ends; half a minute late is early enough. */
const freshMs = 30_000

export function makeCredentialSource(load: () => KubeConfig, now: () => number = Date.now): CredentialSource {
  let known: { at: number; credentials: Promise<Credentials> } | undefined
  let config: KubeConfig | undefined

  async function read(): Promise<Credentials> {
    config ??= load()
    return await readCredentials(config)
  }

  return {
    get: () => {
      if (known && now() - known.at < freshMs) return known.credentials
      const credentials = read()
      known = { at: now(), credentials }
      // A file that is being replaced is read again with the next request.
      credentials.catch(() => {
        known = undefined
        config = undefined
      })
      return credentials
    },
    renew: () => {
      known = undefined
      config = undefined
    },
  }
}

type TlsOptions = {
  ca?: Buffer | string
  cert?: Buffer | string
  key?: Buffer | string
  servername?: string
  rejectUnauthorized?: boolean
  headers?: Record<string, string>
  auth?: string
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw new Error(`The kubeconfig has no context "${config.getCurrentContext()}" with a cluster.`)
  const found: TlsOptions = {}
  await config.applyToHTTPSOptions(found)
  const { ca, cert, key, servername, rejectUnauthorized, headers = {}, auth } = found
  const proxy = cluster.proxyUrl
  if (proxy?.startsWith("socks"))
    throw new Error("The kubeconfig names a SOCKS proxy; only http proxies work here.")
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace?.trim() || "default",
    // What is undefined counts as given to some versions of Bun, so it is left out.
    tls: {
      ...(ca === undefined ? {} : { ca: String(ca) }),
      ...(cert === undefined ? {} : { cert: String(cert) }),
      ...(key === undefined ? {} : { key: String(key) }),
      ...(servername === undefined ? {} : { serverName: servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
    headers: {
      ...(auth === undefined ? {} : { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` }),
      ...trimmed(headers),
    },
    ...(proxy === undefined ? {} : { proxy }),
  }
}

/** A token file usually ends with a line break, which has no place in a header. */
function trimmed(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]))
}

export type KubeConfigPlace = {
  /** A kubeconfig file. Without one: the pod's own account inside a cluster, else $KUBECONFIG or ~/.kube/config. */
  file?: string
  context?: string
  env: Readonly<Record<string, string | undefined>>
}

const accountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token"

export function loadKubeConfig({ file, context, env }: KubeConfigPlace): KubeConfig {
  const config = new KubeConfig()
  const isInCluster = Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(accountToken)
  if (file !== undefined) config.loadFromFile(file)
  else if (isInCluster) config.loadFromCluster()
  else if (env.KUBECONFIG || existsSync(join(env.HOME ?? homedir(), ".kube", "config")))
    loadDefault(config, env)
  else
    throw new Problem(
      "sandbox.unavailable",
      "There is no kubeconfig, and this is not a pod with a service account: no cluster is known.",
    )
  if (context !== undefined) config.setCurrentContext(context)
  return config
}

function loadDefault(config: KubeConfig, env: KubeConfigPlace["env"]): void {
  try {
    config.loadFromDefault()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === "ENOENT" ? "there is no such file" : message
    const named = env.KUBECONFIG ? `KUBECONFIG=${env.KUBECONFIG}` : "The kubeconfig in ~/.kube/config"
    throw new Problem("sandbox.unavailable", `${named} cannot be read: ${why}.`, { cause: error })
  }
}
