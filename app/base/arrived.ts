/**
 * A part of the page that is fetched when it is first needed; undefined when the connection broke off under it.
 * Browsers remember that (measured: Chromium): however often it is imported again, it comes only with a new page.
 */
export async function arrived<T>(part: Promise<T>): Promise<T | undefined> {
  try {
    return await part
  } catch (error) {
    // How an import says that it could not be fetched. What else a module throws is a bug of ours.
    if (error instanceof TypeError) return undefined
    throw error
  }
}
