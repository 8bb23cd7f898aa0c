// One connection through a relay: both of its sides, and what passes between them.
import net, { type Socket } from "node:net"

export interface Passage {
  reset(): void
  /** The side that asked sees an end; the target sees that nobody listens any more. */
  hangUp(): void
  /** What either says from here on vanishes, and neither is told. */
  fallSilent(): void
  /** Resets once the target has said so much more. */
  resetAfter(bytes: number): void
  /** What the target says next is lost, and the connection with it. */
  loseAnswer(): void
  passOn(): void
}

export interface PassageOptions {
  readonly near: Socket
  readonly targetPort: number
  /** Sees what is asked before it passes; true when it must not pass. */
  readonly onRequest: (passage: Passage, chunk: Buffer) => boolean
  readonly onClose: (passage: Passage) => void
}

export function makePassage({ near, targetPort, onRequest, onClose }: PassageOptions): Passage {
  const far = net.connect(targetPort, "127.0.0.1")
  let silent = false
  let left = Number.POSITIVE_INFINITY
  near.setNoDelay(true)
  far.setNoDelay(true)

  const reset = () => {
    near.resetAndDestroy()
    far.resetAndDestroy()
  }
  const passage: Passage = {
    reset,
    hangUp() {
      near.end()
      far.destroy()
    },
    fallSilent() {
      silent = true
    },
    resetAfter(bytes) {
      left = bytes
    },
    loseAnswer() {
      left = 0
    },
    passOn() {
      left = Number.POSITIVE_INFINITY
    },
  }

  near.on("data", (chunk: Buffer) => {
    if (silent || onRequest(passage, chunk)) return
    if (!far.write(chunk)) near.pause()
  })
  far.on("data", (chunk: Buffer) => {
    if (silent) return
    const passing = chunk.subarray(0, left)
    left -= passing.length
    if (passing.length > 0 && !near.write(passing)) far.pause()
    // After what was written has left: a reset overtakes it.
    if (left <= 0) setTimeout(reset, 5)
  })
  near.on("drain", () => far.resume())
  far.on("drain", () => near.resume())
  near.on("end", () => silent || far.end())
  far.on("end", () => silent || near.end())
  // A target that does not listen is a reset for whoever asked.
  far.on("error", () => near.resetAndDestroy())
  near.on("error", () => far.resetAndDestroy())
  near.on("close", () => {
    far.destroy()
    onClose(passage)
  })
  far.on("close", () => silent || near.destroySoon())
  return passage
}
