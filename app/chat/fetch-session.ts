// Everything that one open session shows, in one go.
import type { OpencodeClient, Session } from "@opencode-ai/sdk/v2/client"
import { answer, answerWithHeaders } from "../connection/client.ts"
import { Failure } from "../connection/failure.ts"
import type { Turn } from "./chat-state.ts"

export type SessionSnapshot = {
  session: Session
  /** Sub-agent sessions; they ask under their own id. */
  children: Session[]
  turns: Turn[]
  /** Where the earlier messages go on; undefined when these are all. */
  cursor: string | undefined
}

export const missing = "missing"

export async function fetchSession(
  client: OpencodeClient,
  sessionID: string,
  limit: number,
  signal: AbortSignal,
): Promise<SessionSnapshot | typeof missing> {
  // For ids of another form the server answers 500 instead of 404.
  if (!sessionID.startsWith("ses")) return missing
  try {
    const [session, children, page] = await Promise.all([
      answer(client.session.get({ sessionID }, { signal })),
      answer(client.session.children({ sessionID }, { signal })),
      fetchMessages(client, { sessionID, limit }, signal),
    ])
    return { session, children, ...page }
  } catch (error) {
    if (error instanceof Failure && error.isMissing) return missing
    throw error
  }
}

export async function fetchMessages(
  client: OpencodeClient,
  page: { sessionID: string; limit: number; before?: string },
  signal: AbortSignal,
): Promise<{ turns: Turn[]; cursor: string | undefined }> {
  const { data, headers } = await answerWithHeaders(client.session.messages(page, { signal }))
  return { turns: data, cursor: headers.get("x-next-cursor") ?? undefined }
}
