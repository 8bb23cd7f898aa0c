// The targets as a process of their own, so that their work counts for nobody who is measured.
import { startBytes, startPages } from "../targets.ts"

process.stdout.write(`${JSON.stringify({ pages: startPages().port, bytes: startBytes().port })}\n`)
