/** Applies a bucket's lifecycle rules: when they change, and every midnight. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { getDocument, type StoredLifecycle } from "../buckets/documents.ts";
import { isStale, planKey, type LifecycleAction } from "../lifecycle/plan.ts";
import { midnightAfter } from "../lifecycle/rules.ts";
import { deleteUpload } from "../multipart/delete-upload.ts";
import { announce, announceDeletion } from "../notifications/announce.ts";
import { listKeys } from "../objects/listing.ts";
import { deleteVersion, removeVersion, replaceVersion } from "../objects/versions.ts";
import {
  buckets,
  documents,
  everywhere,
  olderVersions,
  uploads,
  type BucketRecord,
} from "../records.ts";
import { change, type Change, type S3Environment, type S3State } from "../state.ts";

const keysAtOnce = 200;

export function createLifecycleReconciler(env: Environment, state: S3State): Reconciler {
  const own: S3Environment = { ...env, state };
  return {
    name: "s3/lifecycle",
    watches: [
      {
        collection: documents,
        idOf: ([bucket, kind]) => (kind === "lifecycle" ? [bucket!] : undefined),
      },
    ],
    async reconcile(_scope, [name]) {
      const nowMs = env.clock.now();
      let after: string | undefined = "";
      while (after !== undefined) {
        const from: string = after;
        const page = await change(own, async (changing) => {
          const found = await findRules(changing, name as string);
          if (!found) return undefined;
          return { next: await applyToPage(changing, own, found, from, nowMs) };
        });
        if (!page) return;
        after = page.next;
      }
      await change(own, (changing) => abortStale(changing, name as string, nowMs));
      return { afterMs: midnightAfter(nowMs + 1, 0) - nowMs };
    },
  };
}

interface Rules {
  bucket: BucketRecord;
  lifecycle: StoredLifecycle;
}

async function findRules({ tx }: Change, name: string): Promise<Rules | undefined> {
  const bucket = await buckets.get(tx, everywhere, name);
  const lifecycle = bucket && (await getDocument(tx, bucket, "lifecycle"));
  return lifecycle && { bucket, lifecycle };
}

/** Gives the key to go on from. */
async function applyToPage(
  changing: Change,
  env: S3Environment,
  { bucket, lifecycle }: Rules,
  after: string,
  nowMs: number,
): Promise<string | undefined> {
  const { tx } = changing;
  const page = await listKeys(tx, {
    bucket: bucket.name,
    prefix: "",
    delimiter: "",
    after,
    limit: keysAtOnce,
  });
  for (const { key, record } of page.items) {
    const older = record.hasOlder
      ? await olderVersions.list(tx, everywhere, [bucket.name, key])
      : [];
    for (const action of planKey(lifecycle, key, record, older, nowMs))
      await apply(changing, env, bucket, key, action);
  }
  return page.next;
}

async function apply(
  changing: Change,
  env: S3Environment,
  bucket: BucketRecord,
  key: string,
  action: LifecycleAction,
): Promise<void> {
  const { tx } = changing;
  switch (action.kind) {
    case "expire": {
      const deletion = await deleteVersion(changing, env, bucket, key, undefined, bucket.account);
      return announceDeletion(tx, env, bucket, "LifecycleExpiration", key, undefined, deletion);
    }
    case "remove": {
      await removeVersion(changing, bucket.name, key, action.version);
      return announce(tx, env, bucket, "LifecycleExpiration:Delete", key, action.version);
    }
    case "move": {
      const moved = { ...action.version, storageClass: action.storageClass };
      replaceVersion(tx, bucket.name, key, moved);
      return announce(tx, env, bucket, "LifecycleTransition", key, moved);
    }
  }
}

async function abortStale(changing: Change, name: string, nowMs: number): Promise<void> {
  const found = await findRules(changing, name);
  if (!found) return;
  for (const upload of await uploads.list(changing.tx, everywhere, [name]))
    if (isStale(found.lifecycle, upload, nowMs)) await deleteUpload(changing, upload);
}
