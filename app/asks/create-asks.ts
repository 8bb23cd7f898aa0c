// The asks of one server, fed by the link.
import { createStore, produce } from "solid-js/store"
import { answer } from "../connection/client.ts"
import type { Connection, ServerEvent } from "../connection/connection.ts"
import { Failure } from "../connection/failure.ts"
import type { Asks } from "./ask.ts"
import { type AsksState, applyAskEvent, dropAsk, mergeAsks } from "./asks-state.ts"

export function createAsks(connection: Connection): Asks {
  const { client, link } = connection
  const [state, setState] = createStore<AsksState>({ open: [] })
  const change = (edit: (draft: AsksState) => void) => setState(produce(edit))
  // Events that came while a snapshot was on its way.
  let since: ServerEvent[] | undefined

  link.follow({
    apply(events) {
      since?.push(...events)
      change((draft) => {
        for (const event of events) applyAskEvent(draft, event)
      })
    },
    async resync(signal) {
      const mine: ServerEvent[] = []
      since = mine
      const [permissions, questions, status] = await Promise.all([
        answer(client.permission.list({}, { signal })),
        answer(client.question.list({}, { signal })),
        answer(client.session.status({}, { signal })),
      ])
      return () => {
        if (since === mine) since = undefined
        change((draft) => mergeAsks(draft, { permissions, questions, status }, mine))
      }
    },
  })

  const settle = async (id: string, reply: Promise<unknown>) => {
    try {
      await reply
    } catch (error) {
      if (!(error instanceof Failure) || !error.isMissing) throw error
      change((draft) => dropAsk(draft, id))
      throw new Failure("This was already answered elsewhere, or the session was stopped.", {
        status: 404,
        cause: error,
      })
    }
    change((draft) => dropAsk(draft, id))
  }

  return {
    all: () => state.open,
    of: (sessionIDs) => state.open.filter((ask) => sessionIDs.includes(ask.request.sessionID)),
    replyPermission: (id, reply, message) =>
      settle(id, answer(client.permission.reply({ requestID: id, reply, ...(message ? { message } : {}) }))),
    replyQuestion: (id, answers) => settle(id, answer(client.question.reply({ requestID: id, answers }))),
    rejectQuestion: (id) => settle(id, answer(client.question.reject({ requestID: id }))),
  }
}
