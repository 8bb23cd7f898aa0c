// What tests about several tabs need beside the tabs: a gate that a frozen tab stands behind, and channels that know
// what is on its way.
import { openTabChannel, type TabChannel } from "../../app/base/tab-channel.ts"

export type Gate = {
  pass: (run: () => void) => void
  wait: () => Promise<void>
  shut: () => void
  open: () => void
}

/** Nothing runs in a frozen tab; it runs when the tab thaws. */
export function makeGate(): Gate {
  let waiting: (() => void)[] | undefined
  const pass = (run: () => void) => {
    if (waiting) waiting.push(run)
    else run()
  }
  return {
    pass,
    wait: () => new Promise((resolve) => pass(resolve)),
    shut() {
      waiting ??= []
    },
    open() {
      const runs = waiting ?? []
      waiting = undefined
      for (const run of runs) run()
    },
  }
}

/** Real channels that know what is on its way, so that a test need not guess how long that takes. */
export function makePostOffice() {
  type Box = { name: string; expected: number; channel: TabChannel<unknown> }
  const boxes = new Set<Box>()

  return {
    box(gate: Gate) {
      let deaf = false
      let burnt = false
      const mine = new Set<Box>()
      const open: typeof openTabChannel = (name, schema) => {
        const channel = openTabChannel(name, schema)
        const box: Box = { name, expected: 0, channel: channel as TabChannel<unknown> }
        boxes.add(box)
        mine.add(box)
        return {
          post(message) {
            if (burnt) return
            for (const other of boxes) if (other !== box && other.name === name) other.expected++
            channel.post(message)
          },
          listen: (listener) =>
            channel.listen((message) => {
              box.expected--
              if (!deaf) gate.pass(() => listener(message))
            }),
          close() {
            boxes.delete(box)
            channel.close()
          },
        }
      }
      return {
        open,
        deafen(to: boolean) {
          deaf = to
        },
        /** Nobody is there any more to hear or say anything. */
        burn() {
          burnt = true
          for (const box of mine) {
            boxes.delete(box)
            box.channel.close()
          }
        },
      }
    },
    async delivered() {
      const give = Date.now() + 2_000
      while ([...boxes].some((box) => box.expected > 0)) {
        if (Date.now() > give) throw new Error("a message between tabs never arrived")
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
    },
    close() {
      for (const box of boxes) box.channel.close()
      boxes.clear()
    },
  }
}
