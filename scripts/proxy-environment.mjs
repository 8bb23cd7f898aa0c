import { resolve } from "node:path"

/**
 * The environment of the proxy process. Bun allows 256 `fetch` requests in flight unless told otherwise, and
 * every open event stream is one. npm runs scripts in the package's own directory, so the directory that the
 * person stood in (`npm --prefix … run serve`) comes from INIT_CWD.
 */
export function proxyEnvironment(env = process.env) {
  const directory = env.INIT_CWD ? resolve(env.INIT_CWD, env.SANDBAR_DIRECTORY ?? "") : env.SANDBAR_DIRECTORY
  return {
    ...env,
    BUN_CONFIG_MAX_HTTP_REQUESTS: env.BUN_CONFIG_MAX_HTTP_REQUESTS ?? "65336",
    ...(directory ? { SANDBAR_DIRECTORY: directory } : {}),
  }
}
