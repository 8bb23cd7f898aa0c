// Quantities as Kubernetes writes them: `500m`, `2`, `512Mi`, `4G`.

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

const shape = /^([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/

export function isQuantity(text: string): boolean {
  return shape.test(text) && !text.endsWith("m")
}

/** In cores or bytes. NaN for what is no quantity. */
export function quantityOf(text: string): number {
  const [, number, unit = ""] = shape.exec(text) ?? []
  return Number(number) * (factors[unit] ?? Number.NaN)
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
