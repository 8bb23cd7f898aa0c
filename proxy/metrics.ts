// What operators watch, in Prometheus' words. Every label has a short list of values; none is a client's or a
// target's own word, because each new value would be a series that is kept for ever.
import { STATUS_CODES } from "node:http"
import { Counter, Gauge, Histogram, Registry } from "prom-client"
import { type ProblemCode, problems } from "../shared/problems.ts"
import { registerProcessMetrics } from "./metrics-of-process.ts"

export type Metrics = {
  request: (route: string, status: number, targetClass: string) => void
  refusal: (code: ProblemCode) => void
  bytes: (direction: Direction, count: number) => void
  /** In seconds. */
  connected: (seconds: number) => void
  firstByte: (seconds: number) => void
  /** Prometheus text format 0.0.4. */
  text: () => Promise<string>
}
export type Direction = "to_target" | "to_client"

/** What is open right now; read when somebody asks. */
export type OpenCounts = () => { requests: number; streams: number; sockets: number }

export function makeMetrics(open: OpenCounts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: "sandbar_requests_total",
    help: "Requests answered",
    labelNames: ["route", "status", "target_class"],
    registers,
  })
  const refusals = new Counter({
    name: "sandbar_refusals_total",
    help: "Requests refused or failed, by problem code",
    labelNames: ["code"],
    registers,
  })
  const bytes = new Counter({
    name: "sandbar_forwarded_bytes_total",
    help: "Body bytes forwarded",
    labelNames: ["direction"],
    registers,
  })
  const connect = new Histogram({
    name: "sandbar_target_connect_seconds",
    help: "From looking a server up to a connection that stands",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const firstByte = new Histogram({
    name: "sandbar_target_first_byte_seconds",
    help: "From sending a request to the headers of its answer",
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 15, 60, 300, 600],
    registers,
  })
  for (const kind of ["requests", "streams", "sockets"] as const)
    new Gauge({
      name: `sandbar_open_${kind}`,
      help: `Forwarded ${kind} that are open`,
      registers,
      collect() {
        this.set(open()[kind])
      },
    })
  registerProcessMetrics(registry)
  // A counter that first shows up as 1 has not increased, as far as an alert can tell.
  for (const code of Object.keys(problems)) refusals.inc({ code }, 0)
  for (const direction of ["to_target", "to_client"]) bytes.inc({ direction }, 0)

  return {
    request: (route, status, target_class) =>
      requests.inc({ route, status: statusLabel(status), target_class }),
    refusal: (code) => refusals.inc({ code }),
    bytes: (direction, count) => bytes.inc({ direction }, count),
    connected: (seconds) => connect.observe(seconds),
    firstByte: (seconds) => firstByte.observe(seconds),
    text: () => registry.metrics(),
  }
}

/** A target may answer with any number; one that is not registered (RFC 9110 §15) counts as its class. */
function statusLabel(status: number): string {
  return status in STATUS_CODES ? String(status) : `${Math.floor(status / 100)}xx`
}
