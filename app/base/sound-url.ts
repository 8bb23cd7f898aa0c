/**
 * The path, query and fragment, with every `%` that begins no escape of UTF-8 (RFC 3986 §2.1) written as one that
 * stands for itself: the router decodes each segment, and throws at such a one.
 */
export function soundUrl({ pathname, search, hash }: Pick<Location, "pathname" | "search" | "hash">): string {
  return pathname.split("/").map(sound).join("/") + search + sound(hash)
}

function sound(text: string): string {
  try {
    decodeURIComponent(text)
    return text
  } catch {
    return text.replaceAll("%", "%25")
  }
}
