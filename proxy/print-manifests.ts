// What `serve-ui` tells an operator about templates without starting: `--check` their faults, `--manifests` what to
// apply so that Sandbar may make sandboxes in a cluster.
import type { Config } from "./config.ts"
import { readTemplatesOf } from "./start-sandboxes.ts"

const quiet = { info: () => undefined, warn: () => undefined }

/** For --check. At a start they are only logged: a typing error in one template must not keep everybody out. */
export async function faultsOfTemplates(config: Config): Promise<readonly string[]> {
  if (config.driver === "none") return []
  const templates = await readTemplatesOf(config, quiet)
  templates.close()
  return templates.faults()
}

/** YAML, or the sentences that say why there is none. Loaded late, like the driver that needs them. */
export async function manifestsFor(
  config: Config,
): Promise<{ yaml: string } | { faults: readonly string[] }> {
  const templates = await readTemplatesOf({ ...config, driver: "kubernetes" }, quiet)
  templates.close()
  if (templates.faults().length > 0) return { faults: templates.faults() }
  const { manifests } = await import("./sandboxes/kubernetes/manifests.ts")
  const yaml = manifests({
    templates: templates.list(),
    proxyNamespace: "sandbar",
    serviceAccount: "sandbar",
    proxyLabels: { "app.kubernetes.io/name": "sandbar" },
    clusterDomain: config.clusterDomain,
  })
  return { yaml }
}
