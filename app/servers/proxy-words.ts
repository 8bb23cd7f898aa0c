// What to say when an answer does not come from Sandbar's proxy: it, or a gateway in front of it, is gone, or wants
// to know who we are. One place, so that the picker, the link and a refused prompt say the same.

export const proxyGone =
  "Sandbar's proxy does not answer. Check your network and whether Sandbar is still running."

export const otherVersion = "Sandbar's proxy has another version than this page. Reload the page."

/** A redirect, and a page where data was asked for, are how gateways ask people to sign in. */
export const signInAgain = "Sandbar's gateway wants you to sign in again. Reload the page."

/** For the answer of something in front of Sandbar. */
export function gatewaySentence(status: number): string {
  if (status >= 500)
    return `Sandbar cannot be reached through its gateway (status ${status}). It may be restarting; try again in a moment.`
  return `Sandbar's proxy did not answer this (status ${status}). Reload the page; you may have to sign in again.`
}
