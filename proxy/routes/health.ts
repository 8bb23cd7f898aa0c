// GET /healthz: the process answers. Whether the embedded server does is the picker's question.
import { Hono } from "hono"
import { securityHeaders } from "./security-headers.ts"

export function makeHealthRoutes(): Hono {
  return new Hono().get("/healthz", () =>
    Response.json({ ok: true }, { headers: { ...securityHeaders("answer"), "cache-control": "no-store" } }),
  )
}
