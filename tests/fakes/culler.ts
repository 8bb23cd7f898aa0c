// What Kubeflow's notebook controller does to a notebook (kubeflow/notebooks, components/notebook-controller,
// culling_controller.go): asks for its kernels, keeps the last activity in an annotation, stops it when that is old.

export interface CullerOptions {
  /** Where the notebook's Service leads. */
  readonly origin: string
  readonly namespace: string
  readonly notebook: string
  /** CULL_IDLE_TIME, in milliseconds. */
  readonly idleMs: number
  readonly now: () => number
}

export interface Culler {
  /** One round of its loop; true once the notebook is stopped. */
  check(): Promise<boolean>
  /** The annotation `notebooks.kubeflow.org/last-activity`, which has whole seconds. */
  lastActivity(): number
}

type Kernel = { execution_state: string; last_activity: string }

const timeoutMs = 10_000

export function makeCuller(options: CullerOptions): Culler {
  const { origin, namespace, notebook, idleMs, now } = options
  let lastActivity = wholeSeconds(now())
  let stopped = false

  async function check(): Promise<boolean> {
    if (stopped) return true
    const kernels = await askForKernels(`${origin}/notebook/${namespace}/${notebook}/api/kernels`, {
      // It has no user, no cookie and no browser, and calls the Service by its name.
      host: `${notebook}.${namespace}.svc.cluster.local`,
      "user-agent": "Go-http-client/1.1",
    })
    if (kernels && kernels.length > 0) lastActivity = activityOf(kernels, now) ?? lastActivity
    stopped = now() > lastActivity + idleMs
    return stopped
  }

  return { check, lastActivity: () => lastActivity }
}

/** No answer in time, another status than 200, no JSON: it learns nothing, and the notebook grows older. */
async function askForKernels(url: string, headers: Record<string, string>): Promise<Kernel[] | undefined> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    return response.status === 200 ? ((await response.json()) as Kernel[]) : undefined
  } catch {
    return undefined
  }
}

/** The newest of all kernels replaces what was known, also when it is older. Undefined when one is no time. */
function activityOf(kernels: readonly Kernel[], now: () => number): number | undefined {
  if (kernels.some((kernel) => kernel.execution_state !== "idle")) return wholeSeconds(now())
  const times = kernels.map((kernel) => Date.parse(kernel.last_activity))
  return times.some(Number.isNaN) ? undefined : wholeSeconds(Math.max(...times))
}

/** Go's time.RFC3339. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000
}
