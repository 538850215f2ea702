/** Spot Instance requests, each of one instance. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error } from "../errors.ts";
import { tagOwner } from "../tags.ts";

export interface SpotRequestRecord {
  requestId: string;
  instanceId: string;
  instanceType: string;
  imageId: string;
  zone: string;
  subnetId: string;
  /** Dollars per hour, with six digits as AWS shows them. */
  maxPrice: string;
  createdMs: number;
  cancelled: boolean;
  tags: Tags;
}

/** Key: request id. */
export const spotRequests = collection<SpotRequestRecord>("ec2", "spot-request");

export const spotRequestNotFound = (id: string) =>
  ec2Error(
    "InvalidSpotInstanceRequestID.NotFound",
    `The spot instance request ID '${id}' does not exist`,
  );

export const spotRequestTags = tagOwner({
  resourceType: "spot-instances-request",
  prefix: "sir",
  records: spotRequests,
  notFound: spotRequestNotFound,
});
