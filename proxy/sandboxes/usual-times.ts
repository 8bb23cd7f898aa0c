// How long a start usually takes, from the starts that this process saw. In memory only: an estimate, no record.

const mostKept = 20

export type UsualTimes = {
  note: (template: string, ms: number) => void
  /** The median in milliseconds; undefined before the first start. */
  of: (template: string) => number | undefined
}

export function makeUsualTimes(): UsualTimes {
  const times = new Map<string, number[]>()
  return {
    note(template, ms) {
      times.set(template, [...(times.get(template) ?? []), ms].slice(-mostKept))
    },
    of(template) {
      const sorted = [...(times.get(template) ?? [])].sort((one, other) => one - other)
      const middle = Math.floor(sorted.length / 2)
      const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
      return low === undefined || high === undefined ? undefined : Math.round((low + high) / 2)
    },
  }
}
