// The names of Services, for a program of this machine: no DNS runs in the cluster. The program gets a resolv.conf of its
// own, in a mount namespace, that names a small name server which asks the API server, as cluster DNS does.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { startDns } from "../../wire/start-dns.ts"
import type { Api, KubeList, KubeObject } from "./api.ts"

interface Service extends KubeObject {
  readonly spec: { readonly clusterIP: string }
}

export interface ServiceDns {
  /** How a program is started that knows the names: this, and then the program with its arguments. */
  readonly launcher: readonly [string, ...string[]]
  stop(): Promise<void>
}

/** Knows the Services of one namespace, as `name.namespace.svc.cluster.local`. Needs root. */
export async function startServiceDns(api: Api, namespace: string, directory: string): Promise<ServiceDns> {
  let known = new Map<string, string>()
  let stopped = false
  const look = async () => {
    const { items } = await api.get<KubeList<Service>>(`/api/v1/namespaces/${namespace}/services`)
    known = new Map(
      items.map(({ metadata, spec }) => [`${metadata?.name}.${namespace}.svc.cluster.local`, spec.clusterIP]),
    )
  }
  const work = (async () => {
    while (!stopped) {
      // What was known stays true while the API server is away.
      await look().catch(() => undefined)
      await sleep(200)
    }
  })()
  const dns = await startDns((name, type) => {
    const address = known.get(name)
    if (address === undefined) return undefined
    return type === "A" ? [{ type, data: address }] : []
  })
  const file = join(directory, "resolv.conf")
  writeFileSync(file, `nameserver ${dns.address}\n`)
  const mounted = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
  return {
    // With the test run its program ends too, however that ends.
    launcher: ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "sh", "-c", mounted, file],
    async stop() {
      stopped = true
      await work
      dns.stop()
    },
  }
}
