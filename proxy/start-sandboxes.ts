// The driver and the templates that the settings ask for. Loaded when they are needed: a laptop never loads the client
// of a cluster.
import type { Config } from "./config.ts"
import { deriveKey } from "./installation-key.ts"
import type { Log } from "./log.ts"
import { makeSandboxes, type SandboxesDeps } from "./make-sandboxes.ts"
import type { Driver } from "./sandboxes/driver.ts"
import { openTemplates, type Templates } from "./sandboxes/templates/open-templates.ts"

export type SandboxesStart = Omit<SandboxesDeps, "driver" | "templates" | "config"> & {
  config: Config
  env: Readonly<Record<string, string | undefined>>
}

/** Undefined where what the settings ask for cannot begin; the log says why. */
export async function startSandboxes(
  deps: SandboxesStart,
): Promise<ReturnType<typeof makeSandboxes> | undefined> {
  const { config, log } = deps
  const templates = await readTemplatesOf(config, log)
  try {
    const driver = await makeDriver(deps, templates)
    const sandboxes = makeSandboxes({ ...deps, driver, templates })
    return {
      ...sandboxes,
      async close() {
        templates.close()
        await sandboxes.close()
      },
    }
  } catch (err) {
    templates.close()
    log.error({ err, driver: config.driver }, "no sandboxes can be spawned: their driver does not begin")
    return undefined
  }
}

export async function readTemplatesOf(
  config: Pick<Config, "driver" | "templates" | "idleAfterSeconds">,
  log: Pick<Log, "info" | "warn">,
): Promise<Templates> {
  const driver = config.driver === "kubernetes" ? "kubernetes" : "process"
  const defaults = { idleAfterSeconds: config.idleAfterSeconds }
  return openTemplates({ path: config.templates, driver, defaults, log })
}

async function makeDriver(deps: SandboxesStart, templates: Templates): Promise<Driver> {
  const { config, env, log } = deps
  if (config.driver === "kubernetes") {
    const { makeKubernetesDriver } = await import("./sandboxes/kubernetes/kubernetes-driver.ts")
    const { kubeContext, clusterDomain } = config
    const key = deriveKey(deps.key, "sandboxes", 32)
    const context = kubeContext === "" ? {} : { context: kubeContext }
    return makeKubernetesDriver({ key, env, log, templates: templates.list, clusterDomain, ...context })
  }
  const { makeProcessDriver } = await import("./sandboxes/process/process-driver.ts")
  const { home, opencode: program, plainHttpRepositories: allowHttp, directory } = config
  return makeProcessDriver({ home, program, env, log, allowHttp, localServerDirectory: directory })
}
