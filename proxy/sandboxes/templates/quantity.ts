// Quantities as Kubernetes writes them: `500m`, `2`, `512Mi`, `4G`; what it measures also as `12345678n` and `12e6`.

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** An E is a unit, and with digits behind it an exponent. Digits can be read in one way only: else long ones take for ever. */
const shape = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$/

/** Of memory or storage, as a template may say it: fewer ways than Kubernetes has. */
export function isQuantity(text: string): boolean {
  return /^[0-9]+(?:\.[0-9]+)?(?:k|M|G|T|Ki|Mi|Gi|Ti)?$/.test(text)
}

/** In cores or bytes. NaN for what is no quantity. */
export function quantityOf(text: string): number {
  const [, number, unit = ""] = shape.exec(text) ?? []
  return Number(number) * (factors[unit] ?? Number(`1${unit}`))
}

/** `4 GiB`, `2 CPUs`: as people read them. */
export function bytesInWords(text: string): string {
  const bytes = quantityOf(text)
  const [unit, size] = (
    [
      ["TiB", 2 ** 40],
      ["GiB", 2 ** 30],
      ["MiB", 2 ** 20],
      ["KiB", 2 ** 10],
    ] as const
  ).find(([, least]) => bytes >= least) ?? ["bytes", 1]
  return `${Number((bytes / size).toFixed(1))} ${unit}`
}

export function cpuInWords(text: string): string {
  const cpus = Number(quantityOf(text).toFixed(2))
  return cpus === 1 ? "1 CPU" : `${cpus} CPUs`
}
