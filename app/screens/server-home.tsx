// A session that does not exist yet: the first prompt starts it.
import { useNavigate } from "@solidjs/router"
import { Composer } from "../composer/composer.tsx"
import { WorkingDirectory } from "../composer/working-directory.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { sessionPath } from "./session-path.ts"
import "./server-home.css"

export function ServerHome() {
  const { server } = useConnection()
  const navigate = useNavigate()
  return (
    <div class="server-home">
      <div class="server-home-words">
        <h2>What should the agent do?</h2>
        <p>
          <WorkingDirectory />
        </p>
      </div>
      <Composer onStarted={(id) => navigate(sessionPath(server.id, id))} />
    </div>
  )
}
