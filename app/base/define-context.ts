import { type ContextProviderComponent, createContext, useContext } from "solid-js"

/**
 * A context without a default: using it outside its provider is a bug, and the message says which one is
 * missing. `name` is the provider's name as it stands in the code.
 */
export function defineContext<T>(name: string): readonly [ContextProviderComponent<T>, () => T] {
  const context = createContext<T>()
  const use = (): T => {
    const value = useContext(context)
    if (value === undefined) throw new Error(`${name} is missing above the component that uses it`)
    return value
  }
  return [context.Provider as ContextProviderComponent<T>, use] as const
}
