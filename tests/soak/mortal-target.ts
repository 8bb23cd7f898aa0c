// A target that dies and comes back on the same ports, and knows when it was not to be relied upon.

import { inRoot } from "../../scripts/root.mjs"
import { nextLine } from "../bench/child.ts"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import type { TargetCounts } from "./target.ts"

export type MortalTarget = {
  httpPort: number
  socketPort: number
  start: () => Promise<void>
  kill: () => Promise<void>
  /** Whether it was there, and not just back, at every moment since then. */
  wasThereSince: (time: number) => boolean
  counts: () => Promise<TargetCounts>
}

/** Connections to the process before are being noticed for so long. */
const aftermathMs = 2_000

export async function makeMortalTarget(now: () => number): Promise<MortalTarget> {
  const httpPort = await findQuietPort()
  const socketPort = await findQuietPort()
  let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined
  let troubleUntil = Number.POSITIVE_INFINITY
  return {
    httpPort,
    socketPort,
    async start() {
      child = Bun.spawn(
        [process.execPath, inRoot("tests/soak/programs/target.ts"), String(httpPort), String(socketPort)],
        { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
      )
      await nextLine(child.stdout.getReader(), "A target")
      troubleUntil = now() + aftermathMs
    },
    async kill() {
      troubleUntil = Number.POSITIVE_INFINITY
      child?.kill("SIGKILL")
      await child?.exited
    },
    wasThereSince: (time) => troubleUntil < time,
    counts: async () => (await (await fetch(`http://127.0.0.1:${socketPort}/counts`)).json()) as TargetCounts,
  }
}
