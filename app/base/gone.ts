/**
 * Why something was given up: what it belonged to is gone. One error for all of them, made here: every error keeps
 * the functions that were on the stack when it was made, and at the end of a screen those know the next screen.
 * Signals that abort with errors of their own so chain each screen to the one before, and none is ever freed.
 */
export const gone = new DOMException("What asked for this is gone.", "AbortError")
