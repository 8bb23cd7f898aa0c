import { type Environment, variables } from "../../config.ts"

/** The person's own environment, without our settings: the agent must not read our secrets or our port. */
export function childEnvironment(env: Environment): Record<string, string | undefined> {
  const ours = (name: string) =>
    name in variables || name.startsWith("SANDBAR_") || name === "BUN_CONFIG_MAX_HTTP_REQUESTS"
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours(name)))
}
