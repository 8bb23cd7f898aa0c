// Numbers as people read them in the timeline.

/** 400 → "0.4 s", 64 000 → "1 min 4 s". Milliseconds in. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return ""
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** 950 → "950", 12 345 → "12.3k", 2 000 000 → "2.0M". */
export function count(value: number): string {
  if (value < 1000) return String(Math.round(value))
  if (value < 999_950) return `${(value / 1000).toFixed(1)}k`
  return `${(value / 1_000_000).toFixed(1)}M`
}

/** US dollars. Small amounts keep two digits that count: 0.0042 → "$0.0042". */
export function cost(dollars: number): string {
  if (dollars <= 0) return "$0.00"
  if (dollars >= 0.01) return `$${dollars.toFixed(2)}`
  return `$${Number(dollars.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(dollars))))}`
}

/** `file` → "1 file", "3 files". */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}
