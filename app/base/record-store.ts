// Values that localStorage cannot hold, such as keys that never leave the browser: one table of IndexedDB.

export type RecordStore = {
  get: (key: string) => Promise<unknown>
  all: () => Promise<ReadonlyMap<string, unknown>>
  /**
   * Replaces what stands there by what `make` gives for it; undefined deletes. No other tab comes in between.
   * Fulfilled with what stands there afterwards, once the browser has written it.
   */
  change: (key: string, make: (now: unknown) => unknown) => Promise<unknown>
}

const table = "records"

/** Opened with the first call. Each call rejects where the browser refuses: private windows, a full disk. */
export function makeRecordStore(name: string, factory: IDBFactory): RecordStore {
  let opening: Promise<IDBDatabase> | undefined
  const database = () => {
    opening ??= open(factory, name, () => {
      opening = undefined
    })
    return opening
  }

  return {
    async get(key) {
      const store = (await database()).transaction(table, "readonly").objectStore(table)
      return answerOf(store.get(key))
    },
    async all() {
      const store = (await database()).transaction(table, "readonly").objectStore(table)
      const [keys, values] = await Promise.all([answerOf(store.getAllKeys()), answerOf(store.getAll())])
      return new Map(keys.map((key, at) => [String(key), values[at]]))
    },
    async change(key, make) {
      const transaction = (await database()).transaction(table, "readwrite")
      const store = transaction.objectStore(table)
      const reading = store.get(key)
      let result: unknown
      // Within the callback, or the transaction is over before the value is written.
      reading.onsuccess = () => {
        result = make(reading.result)
        if (result === reading.result) return
        if (result === undefined) store.delete(key)
        else store.put(result, key)
      }
      return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve(result)
        transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"))
      })
    },
  }
}

/** `gone`: the connection is of no use any more, the next call needs a new one. */
function open(factory: IDBFactory, name: string, gone: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    const fail = () => {
      gone()
      reject(request.error ?? new Error("IndexedDB is blocked"))
    }
    request.onupgradeneeded = () => request.result.createObjectStore(table)
    request.onerror = fail
    request.onblocked = fail
    request.onsuccess = () => {
      const database = request.result
      database.onclose = gone
      // Another tab wants to delete or to upgrade it; holding on would block that tab.
      database.onversionchange = () => {
        database.close()
        gone()
      }
      resolve(database)
    }
  })
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
