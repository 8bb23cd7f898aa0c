const every = 250

/**
 * Calls back once when the process that started us is gone. A `kill` of `npm run …` ends npm and the shell between
 * us, and that shell passes no signal on; without this the proxy would live on unseen. Only under a script runner:
 * someone who starts the bootstrap directly and leaves (nohup) means it to stay. Answers a function that stops
 * watching.
 */
export function whenOrphaned(callback, { env = process.env, parent = () => process.ppid } = {}) {
  if (!env.npm_lifecycle_event) return () => undefined
  const first = parent()
  const timer = setInterval(() => {
    if (parent() === first) return
    clearInterval(timer)
    callback()
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}
