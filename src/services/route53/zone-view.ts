import type { ResourceRecordSet } from "@aws-sdk/client-route-53";

/** What a batch is judged against: reading is the caller's. */
export interface ZoneView {
  id: string;
  name: string;
  isPrivate: boolean;
  /** How many records of one name and type there may be. */
  setsOfOneNameAndType: number;
  /** Every record of a name, changes so far included. */
  ofName(name: string): Promise<ResourceRecordSet[]>;
  healthCheckExists(id: string): Promise<boolean>;
  /** Whether a hosted zone, of any account, has the id. */
  zoneExists(id: string): Promise<boolean>;
  /** Whether the instance of a traffic policy is that of the name and type. */
  instanceIs(id: string, name: string, type: string): Promise<boolean>;
  /** The comments of what keeps records of the name and type as they are; undefined where nothing does. */
  protection(name: string, type: string): Promise<{ comment?: string | undefined } | undefined>;
  collectionHas(id: string, location: string): Promise<boolean>;
  put(set: ResourceRecordSet): void;
  remove(set: ResourceRecordSet): void;
}
