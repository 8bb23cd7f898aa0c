// The environment of what runs in a sandbox: a home of its own, and of the person's only what the template lets in.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import type { Environment } from "../../config.ts"
import { opencodeConfig } from "../opencode-config.ts"
import { childEnvironment } from "./child-environment.ts"
import { copyGitIdentity } from "./git-identity.ts"
import { username } from "./opencode-process.ts"
import { copyOwnProviders } from "./own-providers.ts"
import type { StoredTemplate } from "./stored-files.ts"
import { markVariable } from "./watchdog.ts"

export type EnvironmentOptions = {
  /** The proxy's own environment. */
  env: Environment
  template: StoredTemplate
  home: string
  password: string
  mark: string
}

/** Makes the home as well, with the person's own providers where the template wants them. */
export async function prepareEnvironment(
  options: EnvironmentOptions,
): Promise<Record<string, string | undefined>> {
  const { template, home, password, mark } = options
  const directories = {
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
  }
  for (const directory of [home, ...Object.values(directories)])
    await mkdir(directory, { recursive: true, mode: 0o700 })
  const inside = { config: directories.XDG_CONFIG_HOME, data: directories.XDG_DATA_HOME }
  if (template.ownProviders) {
    await copyOwnProviders(options.env, inside)
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

/** What programs need to run at all and to reach the network. Keys of the person have any name, so the rest is out. */
const plainNames =
  /^(?:PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|USER|LOGNAME|SHELL|(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|GIT_SSL_CAINFO|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/i

function plainEnvironment(env: Environment, { providers }: StoredTemplate): Environment {
  const keys = new Set(providers.flatMap(({ key }) => key?.variable ?? []))
  const lets = (name: string) => plainNames.test(name) || keys.has(name)
  return Object.fromEntries(Object.entries(childEnvironment(env)).filter(([name]) => lets(name)))
}
