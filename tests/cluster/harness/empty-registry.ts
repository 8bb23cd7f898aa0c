// A registry without images, on a port of this machine: containerd speaks plain http to `localhost`. It can be slow, as
// registries are.
import { makeGate } from "../../fakes/gate.ts"

export interface EmptyRegistry {
  /** An image that it would have to have. */
  readonly image: string
  /** Whoever asks from now on waits. */
  hold(): void
  release(): void
  stop(): Promise<void>
}

export function startEmptyRegistry(): EmptyRegistry {
  const gate = makeGate()
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 255,
    async fetch(request) {
      if (new URL(request.url).pathname === "/v2/") return Response.json({})
      await gate.passed()
      // Distribution specification, Error Codes.
      const error = { code: "MANIFEST_UNKNOWN", message: "manifest unknown" }
      return Response.json({ errors: [error] }, { status: 404 })
    },
  })
  return {
    image: `localhost:${server.port}/team/opencode:2026-11`,
    hold: gate.hold,
    release: gate.release,
    async stop() {
      gate.release()
      await server.stop(true)
    },
  }
}
