// Hands the connection to everything below the open server.
import { defineContext } from "../base/define-context.ts"
import type { Connection } from "./connection.ts"

export const [ConnectionProvider, useConnection] = defineContext<Connection>("ConnectionProvider")
