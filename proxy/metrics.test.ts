import { describe, expect, test } from "vitest"
import { problems } from "../shared/problems.ts"
import { type Metrics, makeMetrics } from "./metrics.ts"

const metrics = () => makeMetrics(() => ({ requests: 1, streams: 2, sockets: 3 }))

async function valueOfSeries({ text }: Metrics, series: string): Promise<number> {
  const line = (await text()).split("\n").find((each) => each.startsWith(`${series} `))
  if (line === undefined) throw new Error(`There is no ${series}.`)
  return Number(line.slice(series.length + 1))
}

async function countSeries({ text }: Metrics): Promise<number> {
  return (await text()).split("\n").filter((line) => /^\w/.test(line)).length
}

describe("the metrics", () => {
  test("count requests by route, status and target class", async () => {
    const { request, ...rest } = metrics()
    request("forward", 200, "exact")
    request("forward", 200, "exact")
    request("forward", 503, "exact")
    const series = 'sandbar_requests_total{route="forward",status="200",target_class="exact"}'
    expect(await valueOfSeries({ request, ...rest }, series)).toBe(2)
  })

  test("have every problem code from the start: a counter that appears as 1 has not increased for an alert", async () => {
    const made = metrics()
    for (const code of Object.keys(problems))
      expect(await valueOfSeries(made, `sandbar_refusals_total{code="${code}"}`)).toBe(0)
    made.refusal("limit.busy")
    expect(await valueOfSeries(made, 'sandbar_refusals_total{code="limit.busy"}')).toBe(1)
  })

  test("add up bytes by direction, seconds into buckets, and read what is open when they are asked", async () => {
    const made = metrics()
    made.bytes("to_client", 70_000)
    made.bytes("to_client", 5)
    made.bytes("to_target", 1)
    made.connected(0.003)
    made.firstByte(90)
    expect(await valueOfSeries(made, 'sandbar_forwarded_bytes_total{direction="to_client"}')).toBe(70_005)
    expect(await valueOfSeries(made, 'sandbar_forwarded_bytes_total{direction="to_target"}')).toBe(1)
    expect(await valueOfSeries(made, 'sandbar_target_connect_seconds_bucket{le="0.0025"}')).toBe(0)
    expect(await valueOfSeries(made, 'sandbar_target_connect_seconds_bucket{le="0.005"}')).toBe(1)
    expect(await valueOfSeries(made, 'sandbar_target_first_byte_seconds_bucket{le="60"}')).toBe(0)
    expect(await valueOfSeries(made, 'sandbar_target_first_byte_seconds_bucket{le="300"}')).toBe(1)
    expect(await valueOfSeries(made, "sandbar_open_streams")).toBe(2)
    expect(await valueOfSeries(made, "sandbar_open_sockets")).toBe(3)
  })

  test("series flood: a target that answers with every number there is adds few series", async () => {
    const made = metrics()
    for (let status = 200; status < 600; status += 1) made.request("forward", status, "pattern")
    const before = await countSeries(metrics())
    expect((await countSeries(made)) - before).toBeLessThan(70)
    const odd = 'sandbar_requests_total{route="forward",status="2xx",target_class="pattern"}'
    expect(await valueOfSeries(made, odd)).toBeGreaterThan(50)
  })

  test("cost one request a few microseconds at most", () => {
    const made = metrics()
    const rounds = 20_000
    const once = () => {
      const began = performance.now()
      for (let round = 0; round < rounds; round += 1) {
        made.request("forward", 200, "exact")
        made.firstByte(0.02)
        made.bytes("to_client", 1_024)
      }
      return ((performance.now() - began) * 1_000) / rounds
    }
    // The best of a few: a busy machine makes it slower, never faster. It is about 0.7 on an idle one.
    expect(Math.min(once(), once(), once(), once())).toBeLessThan(10)
  })
})

describe("the process", () => {
  test("counts its descriptors, memory and processor time truly", async () => {
    const made = metrics()
    expect(await valueOfSeries(made, "sandbar_process_resident_memory_bytes")).toBeGreaterThan(10_000_000)
    const started = await valueOfSeries(made, "sandbar_process_start_time_seconds")
    expect(started).toBeLessThanOrEqual(Date.now() / 1_000)
    expect(started).toBeGreaterThan(Date.now() / 1_000 - 86_400)
    const [before, began] = [
      await valueOfSeries(made, "sandbar_process_cpu_seconds_total"),
      process.cpuUsage(),
    ]
    while (process.cpuUsage(began).user < 100_000);
    const used = (await valueOfSeries(made, "sandbar_process_cpu_seconds_total")) - before
    expect(used).toBeGreaterThan(0.09)
  })

  test.runIf(process.platform === "linux")("counts descriptors where the system tells them", async () => {
    const made = metrics()
    const before = await valueOfSeries(made, "sandbar_process_open_fds")
    // Other tests open and close some of their own in the same process.
    const sockets = Array.from({ length: 200 }, () => Bun.serve({ port: 0, fetch: () => new Response() }))
    expect(await valueOfSeries(made, "sandbar_process_open_fds")).toBeGreaterThanOrEqual(before + 100)
    await Promise.all(sockets.map((server) => server.stop(true)))
    expect(await valueOfSeries(made, "sandbar_process_max_fds")).toBeGreaterThan(before)
  })

  test("shows an event loop that something blocks", async () => {
    const made = metrics()
    await Bun.sleep(300)
    const blocked = performance.now() + 600
    while (performance.now() < blocked);
    await Bun.sleep(300)
    expect(await valueOfSeries(made, "sandbar_event_loop_lag_seconds_sum")).toBeGreaterThan(0.3)
    expect(await valueOfSeries(made, "sandbar_event_loop_lag_seconds_count")).toBeGreaterThan(0)
  })
})
