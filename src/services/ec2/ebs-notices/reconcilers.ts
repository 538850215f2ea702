/** Tells EventBridge what became of volumes and snapshots. */
import { collection, type Collection, type Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import { snapshots } from "../images/records.ts";
import { volumes } from "../volumes/records.ts";
import {
  planSnapshotNotices,
  planVolumeNotices,
  type Notice,
  type Planned,
  type ToldSnapshot,
  type ToldVolume,
} from "./plan.ts";

const toldVolumes = collection<ToldVolume>("ec2", "told-volume");
const toldSnapshots = collection<ToldSnapshot>("ec2", "told-snapshot");

export function ebsNoticeReconcilers(env: Environment): Reconciler[] {
  return [
    noticeReconciler(env, "ec2/volume-notice", volumes, toldVolumes, planVolumeNotices),
    noticeReconciler(env, "ec2/snapshot-notice", snapshots, toldSnapshots, (scope, _id, ...rest) =>
      planSnapshotNotices(scope, ...rest),
    ),
  ];
}

function noticeReconciler<Record extends object, Told extends object>(
  { store, clients }: Environment,
  name: string,
  records: Collection<Record>,
  told: Collection<Told>,
  plan: (
    scope: Scope,
    id: string,
    record: Record | undefined,
    before: Told | undefined,
  ) => Planned<Told>,
): Reconciler {
  const tell = async (scope: Scope, { account, detailType, resource, detail }: Notice) => {
    const place = account === undefined ? scope : { ...scope, account };
    const { Entries } = await clients.events(asService(place, "ec2.amazonaws.com")).PutEvents({
      Entries: [
        {
          Source: "aws.ec2",
          DetailType: detailType,
          Resources: [resource],
          Detail: JSON.stringify(detail),
        },
      ],
    });
    const [refused] = Entries ?? [];
    if (refused?.ErrorCode !== undefined) throw new Error(refused.ErrorMessage);
  };
  return {
    name,
    // What went while nobody looked, for this process was killed, is found by what was told of it.
    watches: [{ collection: records }, { collection: told }],
    async reconcile(scope, [key]) {
      const id = String(key);
      const { record, before } = await store.transaction((tx) => ({
        record: records.view(tx, scope, id),
        before: told.view(tx, scope, id),
      }));
      const planned = plan(scope, id, record, before);
      for (const notice of planned.notices) await tell(scope, notice);
      if (JSON.stringify(planned.told) === JSON.stringify(before)) return;
      await store.transaction((tx) => {
        if (planned.told) told.put(tx, scope, [id], planned.told);
        else told.delete(tx, scope, id);
      });
    },
  };
}
