// The bytes of one stream, known from its seed, and the check of what arrived against them.
import { knownBytes } from "../bench/known-bytes.ts"

/** Neighbouring seeds begin far from each other, so that bytes of another stream are never right. */
const stride = 7_919

export function streamStart(seed: number): number {
  return seed * stride
}

export function digestOf(seed: number, length: number): string {
  const hash = new Bun.CryptoHasher("sha256")
  const start = streamStart(seed)
  for (let done = 0; done < length; ) {
    const piece = knownBytes.at(start + done, length - done)
    hash.update(piece)
    done += piece.length
  }
  return hash.digest("hex")
}

export type Check = {
  add: (bytes: Uint8Array) => void
  received: () => number
  /** Where it first differed. */
  wrongAt: () => number | undefined
  digest: () => string
}

export function makeCheck(seed: number): Check {
  const hash = new Bun.CryptoHasher("sha256")
  let received = 0
  let wrongAt: number | undefined
  return {
    add(bytes) {
      if (wrongAt === undefined && !knownBytes.matches(streamStart(seed) + received, bytes))
        wrongAt = received
      hash.update(bytes)
      received += bytes.length
    },
    received: () => received,
    wrongAt: () => wrongAt,
    digest: () => hash.digest("hex"),
  }
}
