// What Sandbar has to reach, every safeguard on. Each goal compares columns of the same run.
import type { ColumnName } from "./columns.ts"
import type { Results } from "./results.ts"

export type Goal = {
  /** The scenario that measures it. */
  scenario: string
  says: string
  /** Undefined when something that it needs was not measured. */
  value: (results: Results) => number | undefined
  shown: (value: number) => string
  met: (value: number) => boolean
}

const times = (value: number) => value.toFixed(2)
const micros = (value: number) => `${Math.round(value)} µs`

export const goals: readonly Goal[] = [
  {
    scenario: "requests",
    says: "at least 0.35 of nginx's requests/s per core",
    value: (results) => ratio(results, "requestsPerCore", ["nginx"]),
    shown: times,
    met: (value) => value >= 0.35,
  },
  {
    scenario: "requests",
    says: "at least 2.5 × the best proxy library for Node, per core",
    value: (results) => ratio(results, "requestsPerCore", ["http-proxy-3", "httpxy"]),
    shown: times,
    met: (value) => value >= 2.5,
  },
  {
    scenario: "latency",
    says: "at most 150 µs more than direct, p50",
    value: (results) => difference(results, "p50", "direct"),
    shown: micros,
    met: (value) => value <= 150,
  },
  {
    scenario: "events",
    says: "an event at most 100 µs later than through nginx, p50",
    value: (results) => difference(results, "delayP50", "nginx"),
    shown: micros,
    met: (value) => value <= 100,
  },
  {
    scenario: "transfer",
    says: "a download at least 0.8 as fast as through nginx",
    value: (results) => ratio(results, "down", ["nginx"]),
    shown: times,
    met: (value) => value >= 0.8,
  },
  {
    scenario: "memory",
    says: "at most 8 KB for an idle stream",
    value: (results) => results.of("streamKb", "sandbar"),
    shown: (value) => `${value.toFixed(1)} KB`,
    met: (value) => value <= 8,
  },
  {
    scenario: "streams",
    says: "2,000 open streams slow the request rate by less than 10 %",
    value: (results) => results.of("beside", "sandbar"),
    shown: (value) => `${value < 1 ? "−" : "+"}${Math.round(Math.abs(value - 1) * 100)} %`,
    met: (value) => value > 0.9,
  },
]

/** To the best of the others. */
function ratio(results: Results, key: string, others: readonly ColumnName[]): number | undefined {
  const ours = results.of(key, "sandbar")
  const theirs = others.map((other) => results.of(key, other)).filter((value) => value !== undefined)
  return ours === undefined || theirs.length < others.length ? undefined : ours / Math.max(...theirs)
}

function difference(results: Results, key: string, other: ColumnName): number | undefined {
  const ours = results.of(key, "sandbar")
  const theirs = results.of(key, other)
  return ours === undefined || theirs === undefined ? undefined : ours - theirs
}
