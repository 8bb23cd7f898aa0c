// What a client of the soak asks a target for, as the query of its request.
export type Wish = {
  /** `down` and `events` send bytes, `up` takes them. */
  kind: "down" | "up" | "events"
  seed: number
  bytes: number
  /** After so many bytes the target breaks off; undefined when it keeps its word. */
  cut: number | undefined
  /** How it breaks off: with a FIN, as if all had been said, or with a reset. */
  cutBy: "end" | "reset"
  framing: "length" | "chunked"
  /** Between two pieces. */
  pauseMs: number
}

export function wishPath({ kind, cut, ...rest }: Wish): string {
  const query = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, String(value)]))
  if (cut !== undefined) query.set("cut", String(cut))
  return `/${kind}?${query}`
}

export function readWish(path: string): Wish {
  const { pathname, searchParams } = new URL(path, "http://target")
  const number = (name: string) => Number(searchParams.get(name))
  return {
    kind: pathname.slice(1) as Wish["kind"],
    seed: number("seed"),
    bytes: number("bytes"),
    cut: searchParams.has("cut") ? number("cut") : undefined,
    cutBy: searchParams.get("cutBy") === "reset" ? "reset" : "end",
    framing: searchParams.get("framing") === "chunked" ? "chunked" : "length",
    pauseMs: number("pauseMs"),
  }
}
