/** An expected end of a command: the message is the one sentence that a person needs. */
export class Stop extends Error {}
