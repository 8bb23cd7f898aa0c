// The environment of what runs in a sandbox: a home of its own, and of the person's only what the template lets in.
import { join } from "node:path"
import type { Environment } from "../../config.ts"
import { opencodeConfig } from "../opencode-config.ts"
import { childEnvironment } from "./child-environment.ts"
import { copyGitIdentity } from "./git-identity.ts"
import { InTheWay, makeInside } from "./inside-files.ts"
import { username } from "./opencode-process.ts"
import { copyOwnProviders } from "./own-providers.ts"
import type { Places } from "./places.ts"
import type { StoredTemplate } from "./stored-files.ts"
import { markVariable } from "./watchdog.ts"

export type EnvironmentOptions = {
  /** The proxy's own environment. */
  env: Environment
  template: StoredTemplate
  places: Pick<Places, "directory" | "home">
  password: string
  mark: string
  /** Told what of the person's could not come along, and why. */
  onLeftOut: (error: Error) => void
}

/** Makes the home as well, with the person's own providers where the template wants them. */
export async function prepareEnvironment(
  options: EnvironmentOptions,
): Promise<Record<string, string | undefined>> {
  const { template, places, password, mark } = options
  const { home, directory: root } = places
  const directories = {
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
  }
  const isThere = await makeDirectories(home, Object.values(directories), options)
  if (template.ownProviders && isThere) {
    const sandbox = { config: directories.XDG_CONFIG_HOME, data: directories.XDG_DATA_HOME }
    await copyOwnProviders({ env: options.env, root, sandbox, onLeftOut: options.onLeftOut })
    await copyGitIdentity(options.env, home)
  }
  const config = opencodeConfig(template)
  return {
    ...(template.ownProviders ? childEnvironment(options.env) : plainEnvironment(options.env, template)),
    ...(config !== undefined && { OPENCODE_CONFIG_CONTENT: config }),
    ...template.environment,
    HOME: home,
    ...directories,
    OPENCODE_SERVER_USERNAME: username,
    OPENCODE_SERVER_PASSWORD: password,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    [markVariable]: mark,
  }
}

/** Whoever put a link there may have meant it: it stays, and we make nothing behind it. False where HOME is one. */
async function makeDirectories(
  home: string,
  below: readonly string[],
  { places, onLeftOut }: EnvironmentOptions,
): Promise<boolean> {
  for (const directory of [home, ...below])
    try {
      await makeInside(places.directory, directory)
    } catch (error) {
      if (!(error instanceof InTheWay)) throw error
      onLeftOut(error)
      if (directory === home) return false
    }
  return true
}

/** What programs need to run at all and to reach the network. Keys of the person have any name, so the rest is out. */
const plainNames =
  /^(?:PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|USER|LOGNAME|SHELL|(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|GIT_SSL_CAINFO|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/i

function plainEnvironment(env: Environment, { providers }: StoredTemplate): Environment {
  const keys = new Set(providers.flatMap(({ key }) => key?.variable ?? []))
  const lets = (name: string) => plainNames.test(name) || keys.has(name)
  return Object.fromEntries(Object.entries(childEnvironment(env)).filter(([name]) => lets(name)))
}
