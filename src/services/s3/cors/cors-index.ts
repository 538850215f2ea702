/** The CORS rules of all buckets, in memory: a preflight is recognised before anything is read. */
import type { CORSRule } from "@aws-sdk/client-s3";
import type { Environment } from "#services/kit/service.ts";
import type { Transaction, Unwatch } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import { buckets, everywhere } from "../records.ts";

export class CorsIndex {
  /** An empty list for a bucket without rules. */
  readonly #rules = new Map<string, readonly CORSRule[]>();
  readonly #unwatch: Unwatch[] = [];

  async start({ store, clock, log }: Environment): Promise<void> {
    const path = [everywhere.account, everywhere.region, "s3"] as const;
    for (const kind of ["bucket", "document"])
      this.#unwatch.push(
        store.watch([...path, kind], (keys) => {
          const names = new Set(keys.map((key) => key[4] as string));
          const refreshing = store.transaction((tx) => this.#refresh(tx, names));
          void clock.track(
            refreshing.catch((error) => log.error("CORS rules were not read", { error })),
          );
        }),
      );
    await store.transaction(async (tx) => {
      const all = await buckets.list(tx, everywhere);
      await this.#refresh(tx, new Set(all.map(({ name }) => name)));
    });
  }

  stop(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  /** Undefined when there is no such bucket. */
  rulesOf(bucket: string): readonly CORSRule[] | undefined {
    return this.#rules.get(bucket);
  }

  async #refresh(tx: Transaction, names: ReadonlySet<string>): Promise<void> {
    for (const name of names) {
      const bucket = await buckets.get(tx, everywhere, name);
      if (!bucket) this.#rules.delete(name);
      else this.#rules.set(name, (await getDocument(tx, bucket, "cors"))?.CORSRules ?? []);
    }
  }
}
