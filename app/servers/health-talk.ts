// One tab's part in the talk about health: what it tells the other tabs, and what it does when it hears them.
import type { HealthChannel, HealthMessage, SharedHealth } from "./health-channel.ts"
import { type HealthEntry, learnShared, sharedOf } from "./health-entry.ts"

export type HealthTalk = {
  /** Asks the others what they know; returns until when their answers are worth waiting for. */
  hello: () => number
  joinedAt: () => number
  /** Asks whoever looks at this server for a look. */
  want: (entry: HealthEntry, urgent: boolean) => void
  asking: (entry: HealthEntry) => void
  found: (entry: HealthEntry) => void
  stop: () => void
}

export type HealthTalkOptions = {
  channel: HealthChannel | undefined
  entries: () => readonly HealthEntry[]
  isLeading: () => boolean
  /** Whether it is for this tab to look at this server. */
  looks: (entry: HealthEntry) => boolean
  /** The entry has a new result. */
  learned: (entry: HealthEntry) => void
  lookNow: (entry: HealthEntry, urgent: boolean) => void
  /** Something is due earlier or later than it was. */
  tick: () => void
  now: () => number
  random: () => number
}

/** Answers to a hello come within this time or not at all. */
const helloMs = 200
/** Likewise the word that somebody looks at a server that was asked for. */
const wantedMs = 300
/** A look takes as long as the probe's own timeout at most. */
const lookMs = 12_000
/** Older than this, a result says too little about now. */
const keptMs = 90_000
/** Tabs that noticed the same thing want the same look within this time. */
const sameMs = 300

export function makeHealthTalk(options: HealthTalkOptions): HealthTalk {
  const { channel, now } = options
  const post = (message: HealthMessage) => channel?.post(message)
  const byKey = (key: string) => options.entries().filter((entry) => entry.key === key)
  let joinedAt = now()
  let answering: ReturnType<typeof setTimeout> | undefined

  const answer = () => {
    const all = options.entries().map((entry) => sharedOf(entry, now()))
    const results = all.filter((one): one is SharedHealth => one !== undefined && one.ageMs < keptMs)
    if (results.length > 0) post({ kind: "known", results })
  }
  const receive = (results: readonly SharedHealth[]) => {
    for (const shared of results) {
      const at = now() - shared.ageMs
      for (const entry of byKey(shared.key)) {
        if (shared.ageMs >= keptMs || (entry.known && entry.known.at >= at)) continue
        learnShared(entry, shared, at)
        options.learned(entry)
      }
    }
    options.tick()
  }
  const wait = (key: string) => {
    for (const entry of byKey(key)) {
      entry.wanted = true
      entry.dueAt = Math.max(entry.dueAt, now() + lookMs)
    }
    options.tick()
  }
  const onWanted = (key: string, urgent: boolean) => {
    for (const entry of byKey(key)) {
      if (!options.looks(entry)) continue
      if (!entry.asking && now() - entry.askedAt < sameMs) {
        found(entry)
        continue
      }
      options.lookNow(entry, urgent)
      asking(entry)
    }
  }
  const asking = ({ key }: HealthEntry) => {
    if (key !== undefined) post({ kind: "asking", key })
  }
  const found = (entry: HealthEntry) => {
    const result = sharedOf(entry, now())
    if (result) post({ kind: "result", result })
  }

  const stop = channel?.listen((message) => {
    switch (message.kind) {
      case "hello":
        clearTimeout(answering)
        if (options.isLeading()) return answer()
        answering = setTimeout(answer, 20 + options.random() * 60)
        return
      case "known":
        clearTimeout(answering)
        return receive(message.results)
      case "result":
        return receive([message.result])
      case "asking":
        return wait(message.key)
      case "wanted":
        return onWanted(message.key, message.urgent)
    }
  })

  return {
    hello() {
      joinedAt = now() + (channel ? helloMs : 0)
      post({ kind: "hello" })
      return joinedAt
    },
    joinedAt: () => joinedAt,
    want(entry, urgent) {
      entry.wanted = true
      entry.dueAt = now() + wantedMs
      if (entry.key !== undefined) post({ kind: "wanted", key: entry.key, urgent })
    },
    asking,
    found,
    stop() {
      clearTimeout(answering)
      stop?.()
      channel?.close()
    },
  }
}
