// GET api/config: what the UI needs to know at start.
import { Hono } from "hono"
import { localServerUrl } from "../../shared/servers.ts"
import type { UiConfig } from "../../shared/ui-config.ts"
import type { Config } from "../config.ts"
import type { ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "./security-headers.ts"

export type UiConfigDeps = {
  config: Pick<Config, "allowed" | "driver" | "servers">
  version: string
  spawning: boolean
}

export function makeUiConfigRoutes({ config, version, spawning }: UiConfigDeps): Hono<ProxyEnv> {
  const local = config.driver === "process" ? [{ name: "local", url: localServerUrl }] : []
  const body: Omit<UiConfig, "user"> = {
    version,
    servers: [...local, ...config.servers],
    allowedTargets: [...config.allowed.asWritten],
    spawning,
  }
  const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }
  return new Hono<ProxyEnv>().get("/api/config", (context) => {
    context.set("route", "config")
    const answer: UiConfig = { ...body, user: context.get("user") }
    return Response.json(answer, { headers })
  })
}
