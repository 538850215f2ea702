/** Ranges of subnets that are kept back. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface SubnetReservationRecord {
  reservationId: string;
  subnetId: string;
  cidr: string;
  type: "prefix" | "explicit";
  description?: string;
  tags: Tags;
}

export const subnetReservations = collection<SubnetReservationRecord>(
  "ec2",
  "subnet-cidr-reservation",
);
