// What Kubeflow's notebook controller asks before it stops a notebook (culling_controller.go). It has no user and
// calls us by the name of our Service, so these routes stand in front of both guards and tell nothing else.
import { randomUUID } from "node:crypto"
import { Hono } from "hono"
import type { Activity } from "../activity/activity.ts"
import type { Gate } from "../guard/limits.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"

export type KernelsDeps = { activity: Pick<Activity, "read">; limits: Pick<Gate, "counts"> }

const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }

/** One kernel that stands for all servers: any state but idle keeps the notebook, else its last activity counts. */
export function makeKernelsRoutes({ activity, limits }: KernelsDeps): Hono<ProxyEnv> {
  const id = randomUUID()

  async function kernels(context: ProxyContext): Promise<Response> {
    context.set("route", "kernels")
    const { lastActivity, busy } = await activity.read()
    const { streams, sockets } = limits.counts()
    const kernel = {
      id,
      name: "opencode",
      last_activity: lastActivity.toISOString(),
      execution_state: busy ? "busy" : "idle",
      connections: streams + sockets,
    }
    return Response.json([kernel], { headers })
  }

  // Open Data Hub's controller asks for terminals too. Their input is in the kernel's activity already.
  function terminals(context: ProxyContext): Response {
    context.set("route", "kernels")
    return Response.json([], { headers })
  }

  return new Hono<ProxyEnv>().get("/api/kernels", kernels).get("/api/terminals", terminals)
}
