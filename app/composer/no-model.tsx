import { Button } from "../ui/button.tsx"

/** Says what is missing and where to do something about it; nobody can fix it from the browser yet. */
export function NoModel(props: { onRetry: () => void }) {
  return (
    <section class="no-model" aria-labelledby="no-model-title">
      <h2 id="no-model-title">This server has no model to answer with</h2>
      <p>
        Set up a provider on the machine where the server runs: run <code>opencode auth login</code> there, or
        add a provider to its <code>opencode.json</code> as described at{" "}
        <a href="https://opencode.ai/docs/providers" target="_blank" rel="noopener noreferrer">
          opencode.ai/docs/providers
        </a>
        . Then restart the server.
      </p>
      <Button size="small" onClick={() => props.onRetry()}>
        Look again
      </Button>
    </section>
  )
}
