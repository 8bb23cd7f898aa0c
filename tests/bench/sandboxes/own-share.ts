// A start on Kubernetes without what is not ours: kwok makes a pod Ready as soon as it is scheduled, and OpenCode answers
// at once. What is left is from the click to the StatefulSet, and from the Ready pod to the page that hears of it.

import { loadKubeConfig, makeCredentialSource } from "../../../proxy/sandboxes/kubernetes/credentials.ts"
import { makeTransport } from "../../../proxy/sandboxes/kubernetes/transport.ts"
import { watchKind } from "../../../proxy/sandboxes/kubernetes/watch-kind.ts"
import type { KubeObject } from "../../../proxy/sandboxes/kubernetes/wire.ts"
import type { Cluster } from "../../cluster/harness/cluster.ts"
import { isReady } from "../../cluster/harness/cluster.ts"
import { median, quantile } from "../statistics.ts"
import { type Client, removeWithData, spawn, untilReady } from "./client.ts"
import { as, makePlace, startClusterProxy, templateId } from "./cluster-world.ts"
import type { Outcome, Run, Scenario } from "./outcome.ts"

const rounds = 25
const quickRounds = 5
const warmUps = 3
const mostMs = 500
/** How far the watch of the stopwatch may be behind the proxy's. */
const watchMs = 10_000

type Moments = { applied: Map<string, number>; podReady: Map<string, number> }
type Times = { toApplied: number; toAnswer: number; toTold: number; whole: number }

export const ownShare: Scenario = {
  name: "own-share",
  says: "our own share of a start on Kubernetes",
  needs: "cluster",
  measure,
}

async function measure(run: Run, cluster: Cluster): Promise<Outcome> {
  const place = await makePlace(cluster)
  const client = as("ada", await startClusterProxy(place, run))
  const { moments, stop } = await watchMoments(cluster, place.namespace)
  run.onEnd(stop)
  const all = run.quick ? quickRounds : rounds
  const times: Times[] = []
  for (let round = 1; round <= warmUps + all; round++) {
    run.say(`own-share, round ${round} of ${warmUps + all}`)
    const time = await timesOf(client, moments, round)
    if (round > warmUps) times.push(time)
  }
  return outcomeOf(times)
}

async function timesOf(client: Client, moments: Moments, round: number): Promise<Times> {
  const began = performance.now()
  const sandbox = await spawn(client, templateId, `Round ${round}`)
  const answered = performance.now()
  await untilReady(client, sandbox.id)
  const told = performance.now()
  const applied = await momentOf(moments.applied, sandbox.id)
  const podReady = await momentOf(moments.podReady, `${sandbox.id}-0`)
  await removeWithData(client, sandbox)
  return {
    toApplied: applied - began,
    toAnswer: answered - began,
    // The proxy may have heard of it before us.
    toTold: Math.max(0, told - podReady),
    whole: told - began,
  }
}

async function momentOf(known: Moments["applied"], name: string): Promise<number> {
  for (const deadline = performance.now() + watchMs; performance.now() < deadline; await Bun.sleep(5)) {
    const moment = known.get(name)
    if (moment !== undefined) return moment
  }
  throw new Error(`The proxy says that ${name} is ready, and the cluster does not show it.`)
}

/** When the cluster told somebody else of it: a stopwatch beside the proxy. */
async function watchMoments({ kubeconfig }: Cluster, namespace: string) {
  const ending = new AbortController()
  const transport = makeTransport(makeCredentialSource(() => loadKubeConfig({ env: {}, file: kubeconfig })))
  const moments: Moments = { applied: new Map(), podReady: new Map() }
  const watch = (path: string, into: Map<string, number>, holds: (object: KubeObject) => boolean) =>
    watchKind<KubeObject>({
      transport,
      path,
      keep: (object) => object,
      onChange: (object) => {
        const name = object?.metadata?.name ?? ""
        if (object && holds(object) && !into.has(name)) into.set(name, performance.now())
      },
      signal: ending.signal,
    }).settled
  await Promise.all([
    watch(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, moments.applied, () => true),
    watch(`/api/v1/namespaces/${namespace}/pods`, moments.podReady, (pod) => isReady(pod as never)),
  ])
  return { moments, stop: () => ending.abort() }
}

function outcomeOf(times: readonly Times[]): Outcome {
  const shares = times.map(({ toApplied, toTold }) => toApplied + toTold)
  const share = median(shares)
  const row = (label: string, values: readonly number[]) => ({
    label,
    unit: "ms",
    value: median(values),
    digits: 0,
  })
  return {
    findings: [
      row(
        "Kubernetes: click to StatefulSet applied",
        times.map(({ toApplied }) => toApplied),
      ),
      row(
        "Kubernetes: click to answer, everything made",
        times.map(({ toAnswer }) => toAnswer),
      ),
      row(
        "Kubernetes: pod Ready to ready told",
        times.map(({ toTold }) => toTold),
      ),
      row("Kubernetes: our own share of a start", shares),
      { label: "the same, p90", unit: "ms", value: quantile(shares, 0.9), digits: 0 },
      row(
        "Kubernetes: click to ready told, kwok's part included",
        times.map(({ whole }) => whole),
      ),
    ],
    goals: [
      {
        says: `our own share of a start on Kubernetes below ${mostMs} ms`,
        shown: `${Math.round(share)} ms`,
        met: share < mostMs,
      },
    ],
  }
}
