// An outbox without a server: tests say what becomes of each prompt.
import { createSignal } from "solid-js"
import { vi } from "vitest"
import type { Prompt } from "../../app/chat/chat.ts"
import type { Outbox } from "../../app/chat/outbox.ts"
import { makeEntry, type OutboxEntry, type Place } from "../../app/chat/outbox-entry.ts"

export type FakeOutbox = Outbox & {
  /** Changes the newest prompt. */
  change: (fields: Partial<OutboxEntry>) => void
  /** The server has all that wait. */
  arrive: () => void
  refuse: (reason: string) => void
  put: (entry: OutboxEntry) => void
}

export function makeFakeOutbox(): FakeOutbox {
  const [entries, setEntries] = createSignal<readonly OutboxEntry[]>([])
  let count = 0
  const change = (fields: Partial<OutboxEntry>) =>
    void setEntries((now) =>
      now.map((entry, index) => (index === now.length - 1 ? { ...entry, ...fields } : entry)),
    )
  const put = (entry: OutboxEntry) => void setEntries((now) => [...now, entry])
  return {
    entries,
    change,
    put,
    send: vi.fn((place: Place | undefined, prompt: Prompt) => {
      const messageID = `msg_sent${++count}`
      const ids = {
        url: "http://t:1",
        username: "",
        messageID,
        partID: `prt_sent${count}`,
        tab: "tab",
        createdAt: count,
      }
      put(makeEntry(ids, place ?? { opens: messageID }, prompt))
      return messageID
    }),
    arrive: () => void setEntries((now) => now.filter((entry) => entry.state === "back")),
    refuse: (reason) => change({ state: "back", reason }),
    cancel: vi.fn((messageID: string) =>
      setEntries((now) =>
        now.map((entry) => (entry.messageID === messageID ? { ...entry, state: "back" as const } : entry)),
      ),
    ),
    collect: vi.fn((messageID: string) => {
      const entry = entries().find((one) => one.messageID === messageID && one.state === "back")
      setEntries((now) => now.filter((one) => one !== entry))
      return entry
    }),
  }
}
