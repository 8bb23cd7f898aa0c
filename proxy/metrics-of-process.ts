// The process itself. prom-client's own collectors are not used: under Bun many of them report zeros or nonsense
// (handles, heap spaces, an event-loop lag of 292 years), and theirs for the lag wakes an idle process 100 times
// a second.
import { readdirSync, readFileSync } from "node:fs"
import { Counter, Gauge, Histogram, type Registry } from "prom-client"

const sampleMs = 250

export function registerProcessMetrics(registry: Registry): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  new Counter({
    name: "sandbar_process_cpu_seconds_total",
    help: "Processor time used, in the program and in the kernel for it",
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  const started = Date.now() / 1_000 - process.uptime()
  gauge("sandbar_process_start_time_seconds", "When the process started, since 1970", () => started)
  gauge("sandbar_process_resident_memory_bytes", "Memory held in RAM", () => process.memoryUsage.rss())
  if (process.platform === "linux") {
    gauge("sandbar_process_open_fds", "Open file descriptors", openDescriptors)
    gauge("sandbar_process_max_fds", "The most file descriptors that may be open", mostDescriptors)
  }
  const lag = new Histogram({
    name: "sandbar_event_loop_lag_seconds",
    help: "How much later than planned a timer fires, looked at four times a second",
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  watchEventLoop((seconds) => lag.observe(seconds))
}

/** Whatever keeps the process busy delays every stream and every request by as much. */
function watchEventLoop(onLag: (seconds: number) => void): void {
  let planned = performance.now() + sampleMs
  const timer = setInterval(() => {
    const now = performance.now()
    onLag(Math.max(0, now - planned) / 1_000)
    planned = now + sampleMs
  }, sampleMs)
  timer.unref()
}

/** Without the one that looks. */
function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length - 1
}

function mostDescriptors(): number {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft)
}
