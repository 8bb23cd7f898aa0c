// Which servers a run has. Two kinds of faults have a server of their own: a restart, because a program that has just
// started is slow for everybody who looks at it, and what takes half a minute, because the others would wait for it.
import type { ScriptedModel } from "../../demo/model.ts"
import type { TestBrowser } from "../e2e/harness/browser.ts"
import { patientKinds, quickKinds } from "./kinds.ts"
import { type Lane, type LaneOptions, openLane } from "./lane.ts"

export interface LanesOptions {
  readonly seed: number
  readonly lanes: number
  readonly watchers: number
  readonly browser: TestBrowser
  readonly model: ScriptedModel
  readonly defer: (stop: () => unknown) => void
}

type Plan = Pick<LaneOptions, "name" | "kinds" | "restarts" | "tabs">

export async function openLanes(options: LanesOptions): Promise<Lane[]> {
  const opened: Lane[] = []
  // One after the other: four programs that start at once are so slow that pages give up on them and ask again.
  for (const [number, plan] of plansOf(options).entries())
    opened.push(await openLane({ ...options, ...plan, seed: options.seed * 31 + number }))
  return opened
}

function plansOf({ lanes, watchers }: LanesOptions): Plan[] {
  const quick = Array.from({ length: lanes }, (_, number) => ({
    name: "abcdefgh".charAt(number),
    kinds: quickKinds,
    restarts: [undefined],
    tabs: tabsOf(watchers),
  }))
  return [
    { name: "p", kinds: patientKinds, restarts: [undefined], tabs: tabsOf(Math.ceil((watchers * 2) / 3)) },
    { name: "r", kinds: quickKinds, restarts: inTurn, tabs: tabsOf(3) },
    ...quick,
  ]
}

/** By number and not by chance, so that a short run has both. */
const inTurn = ["proxy restart", undefined, "server restart"] as const

/** One watcher of each lane has two tabs, which share what tabs share. */
const tabsOf = (watchers: number): number[] => [...Array<number>(watchers - 1).fill(1), 2]
