// Settings that only make sense together.
import type { Environment, Machine, Values, VariableName } from "./config.ts"
import type { Allowed } from "./config-values.ts"
import { chooseTarget } from "./forward/target.ts"
import { isLoopback } from "./guard/known-host.ts"

const longestShown = 200

/** Adds a sentence for each fault; values that could not be read are left out. */
export function checkTogether(
  values: Partial<Values>,
  env: Environment,
  machine: Machine,
  faults: string[],
): void {
  if (env.NB_PREFIX?.trim() && env.BASE_PATH?.trim() && values.NB_PREFIX !== values.BASE_PATH)
    faults.push(
      faultOf("BASE_PATH", env.BASE_PATH, `NB_PREFIX says ${env.NB_PREFIX}; set only one of the two`),
    )
  if (values.HOST !== undefined && !isLoopback(values.HOST) && values.SANDBAR_IDENTITY === undefined)
    faults.push(
      faultOf(
        "HOST",
        values.HOST,
        "others can reach it; set SANDBAR_IDENTITY=none if a gateway signs people in",
      ),
    )
  // On the gateway's own machine a browser is a trusted peer as well, and a page can give it any name (DNS rebinding).
  if (
    values.SANDBAR_IDENTITY?.is === "header" &&
    isLoopback(values.HOST ?? "") &&
    values.SANDBAR_PUBLIC_HOSTS?.length === 0
  )
    faults.push(
      faultOf(
        "SANDBAR_IDENTITY",
        env.SANDBAR_IDENTITY ?? "",
        "a page in a browser on this machine could set that header too; name the hosts that people use in SANDBAR_PUBLIC_HOSTS",
      ),
    )
  if (values.SANDBAR_IDENTITY?.is === "header" && values.SANDBAR_TRUSTED_PROXIES?.length === 0)
    faults.push(
      faultOf(
        "SANDBAR_IDENTITY",
        env.SANDBAR_IDENTITY ?? "",
        "anybody can send a header; name the gateway that sets it in SANDBAR_TRUSTED_PROXIES",
      ),
    )
  const allowed = values.SANDBAR_ALLOWED_TARGETS
  for (const server of (allowed && values.SANDBAR_SERVERS) ?? [])
    if (allowed && !isAllowed(server.url, allowed))
      faults.push(
        faultOf("SANDBAR_SERVERS", server.url, "it is not allowed; add it to SANDBAR_ALLOWED_TARGETS"),
      )
  if (values.SANDBAR_DRIVER === "process") checkLocalServer(values, machine, faults)
}

/** The embedded server, and sandboxes that are processes, run the same program. */
function checkLocalServer(values: Partial<Values>, machine: Machine, faults: string[]): void {
  const directory = values.SANDBAR_DIRECTORY ?? ""
  if (!machine.isDirectory(directory))
    faults.push(faultOf("SANDBAR_DIRECTORY", directory, "there is no such directory; name one that exists"))
  const program = values.SANDBAR_OPENCODE ?? ""
  if (!machine.isProgram(program))
    faults.push(
      faultOf(
        "SANDBAR_OPENCODE",
        program,
        "there is no such program; install OpenCode or set SANDBAR_DRIVER=none",
      ),
    )
}

function isAllowed(url: string, allowed: Allowed): boolean {
  try {
    return chooseTarget(url, allowed) !== undefined
  } catch {
    return false
  }
}

export function faultOf(name: VariableName, value: string, right: string): string {
  // What is printed ends up in logs.
  if (name === "SANDBAR_KEY") return `${name}: ${right}.`
  const shown = value.length > longestShown ? `${value.slice(0, longestShown)}…` : value
  return `${name}=${shown}: ${right}.`
}
