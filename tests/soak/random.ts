export type Random = {
  /** From 0 up to, not including, `below`. */
  whole: (below: number) => number
  chance: (share: number) => boolean
}

/** The same numbers for the same seed (mulberry32). */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { whole: (below) => Math.floor(next() * below), chance: (share) => next() < share }
}
