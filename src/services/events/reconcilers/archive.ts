/** Forgets events that are older than their archive keeps them, and those of archives that are gone. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { archivedEvents, archives, type Envelope } from "../records.ts";

const dayMs = 24 * 3_600_000;
const intervalMs = 3_600_000;
const perPass = 1000;

export function createArchiveKeeper({ store, clock }: Environment): Reconciler {
  return {
    name: "events/archive",
    watches: [{ collection: archives }],
    reconcile: (scope, [name]) =>
      store.transaction(async (tx) => {
        const archive = await archives.get(tx, scope, name!);
        if (archive?.retentionDays === 0) return undefined;
        const horizonMs = archive
          ? clock.now() - archive.retentionDays * dayMs
          : Number.POSITIVE_INFINITY;
        const old = await tx.between<Envelope>(
          archivedEvents.key(scope, name!),
          archivedEvents.key(scope, name!, horizonMs),
          { limit: perPass },
        );
        for (const { key } of old) tx.delete(key);
        if (archive && old.length > 0) {
          const bytes = old.reduce((sum, one) => sum + sizeOf(one.value), 0);
          archives.put(tx, scope, [name!], {
            ...archive,
            events: archive.events - old.length,
            sizeBytes: archive.sizeBytes - bytes,
          });
        }
        if (old.length === perPass) return { afterMs: 0 };
        return archive ? { afterMs: intervalMs } : undefined;
      }),
  };
}

function sizeOf(event: Envelope): number {
  return Buffer.byteLength(JSON.stringify(event));
}
