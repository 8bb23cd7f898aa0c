// GET api/config: what the UI needs to know at start.
import { Hono } from "hono"
import { localServerUrl } from "../../shared/servers.ts"
import type { UiConfig } from "../../shared/ui-config.ts"
import type { Config } from "../config.ts"
import { securityHeaders } from "./security-headers.ts"

export type UiConfigDeps = { config: Pick<Config, "allowed" | "driver" | "servers">; version: string }

export function makeUiConfigRoutes({ config, version }: UiConfigDeps): Hono {
  const local = config.driver === "process" ? [{ name: "local", url: localServerUrl }] : []
  const body: UiConfig = {
    version,
    servers: [...local, ...config.servers],
    allowedTargets: [...config.allowed.asWritten],
    user: null,
  }
  return new Hono().get("/api/config", () =>
    Response.json(body, { headers: { ...securityHeaders("answer"), "cache-control": "no-store" } }),
  )
}
