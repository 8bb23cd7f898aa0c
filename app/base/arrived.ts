/**
 * A part of the page that is fetched when it is first needed; undefined when the connection broke off under it.
 * Browsers remember that (measured: Chromium): however often it is imported again, it comes only with a new page.
 */
export async function arrived<T>(part: Promise<T>): Promise<T | undefined> {
  try {
    return await part
  } catch (error) {
    if (isLost(error)) return undefined
    throw error
  }
}

/** How an import says that it could not be fetched, or its styles. What else a module throws is a bug of ours. */
function isLost(error: unknown): boolean {
  return (
    error instanceof TypeError || (error instanceof Error && /^Unable to preload CSS/.test(error.message))
  )
}
