// A strategic merge patch, as kubectl applies one: objects are merged, null removes, and the lists below are merged by a
// key of their items instead of being replaced. `$patch: delete` and `$patch: replace` are understood.
type Json = Readonly<Record<string, unknown>>

/** The lists of a pod that have a merge key (their types' documentation: patchMergeKey). */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  env: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  ports: "containerPort",
  imagePullSecrets: "name",
  hostAliases: "ip",
  topologySpreadConstraints: "topologyKey",
  resourceClaims: "name",
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export function mergeStrategically(base: Json, patch: Json): Json {
  if (patch.$patch === "replace") return without(patch, "$patch")
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(patch)) {
    // Set, it would be what the object inherits from: seen by whoever looks for a weakness, and not sent.
    if (name === "__proto__") continue
    if (value === null || (isObject(value) && value.$patch === "delete")) delete merged[name]
    else merged[name] = mergeValue(name, merged[name], value)
  }
  return merged
}

function mergeValue(name: string, base: unknown, patch: unknown): unknown {
  if (isObject(patch)) return mergeStrategically(isObject(base) ? base : {}, patch)
  const key = mergeKeys[name]
  if (!Array.isArray(patch) || key === undefined || !patch.every(isObject)) return patch
  return mergeLists(Array.isArray(base) ? base.filter(isObject) : [], patch, key)
}

function mergeLists(base: readonly Json[], patch: readonly Json[], key: string): readonly Json[] {
  if (patch.some((item) => item.$patch === "replace" && item[key] === undefined))
    return patch.filter((item) => item[key] !== undefined)
  let merged = [...base]
  for (const item of patch) {
    const at = merged.findIndex((one) => one[key] === item[key])
    if (item.$patch === "delete") merged = merged.filter((one) => one[key] !== item[key])
    else if (at === -1) merged.push(mergeStrategically({}, item))
    else merged[at] = mergeStrategically(merged[at] ?? {}, item)
  }
  return merged
}

function without(value: Json, name: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}
