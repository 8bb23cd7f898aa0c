// Whoever comes through waits while it is held. Open at first.
export type Gate = { hold: () => void; release: () => void; passed: () => Promise<void> }

export function makeGate(): Gate {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  return {
    hold: () => {
      gate = Promise.withResolvers()
    },
    release: () => gate.resolve(),
    passed: () => gate.promise,
  }
}
