/** Ranges of subnets that are kept back. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnetCidrReservation.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { invalidParameterValue } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { contains, overlap, parseCidr } from "../cidr.ts";
import { invalidCidr } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { containsIpv6, overlapIpv6, parseIpv6Cidr } from "../ipv6.ts";
import { find, kinds } from "../kinds.ts";
import { subnetReservations, type SubnetReservationRecord } from "../subnet-reservations.ts";
import type { SubnetRecord } from "../records.ts";
import { tagsShape } from "../shapes.ts";

function shape({ account }: Ec2Context, one: SubnetReservationRecord) {
  return {
    SubnetCidrReservationId: one.reservationId,
    SubnetId: one.subnetId,
    Cidr: one.cidr,
    ReservationType: one.type,
    OwnerId: account,
    Description: one.description,
    ...tagsShape(one.tags),
  };
}

function checkRange(cidr: string, subnet: SubnetRecord, others: readonly string[]): void {
  const four = parseCidr(cidr);
  const six = four ? undefined : parseIpv6Cidr(cidr);
  if (!four && !six) throw invalidCidr("cidr", cidr);
  const blocks = four
    ? [subnet.cidr].filter(Boolean)
    : (subnet.ipv6Cidrs ?? []).map((one) => one.cidr);
  const inside = blocks.some((block) =>
    four ? contains(parseCidr(block)!, four) : containsIpv6(parseIpv6Cidr(block)!, six!),
  );
  if (!inside)
    throw invalidParameterValue(
      `Reservation CIDR should be within subnet CIDR block (${blocks.join(", ")})`,
    );
  const clash = others.some((other) => {
    const [a, b] = [parseCidr(other), parseIpv6Cidr(other)];
    return four ? a && overlap(a, four) : b && overlapIpv6(b, six!);
  });
  if (clash)
    throw invalidParameterValue(
      `Reservation CIDR ${cidr} has overlap with existing reserved CIDR block`,
    );
}

const create: Ec2Operation<"CreateSubnetCidrReservation"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const subnet = await find(tx, context, kinds.subnet, input.SubnetId!);
    const others = (await subnetReservations.list(tx, context)).filter(
      (one) => one.subnetId === subnet.subnetId,
    );
    checkRange(
      input.Cidr!,
      subnet,
      others.map((one) => one.cidr),
    );
    const made: SubnetReservationRecord = {
      reservationId: newId(context.random, "scr"),
      subnetId: subnet.subnetId,
      cidr: input.Cidr!,
      type: input.ReservationType!,
      ...(input.Description !== undefined && { description: input.Description }),
      tags: tagsFor("subnet-cidr-reservation", input.TagSpecifications, context.principal),
    };
    subnetReservations.put(tx, context, [made.reservationId], made);
    return made;
  });
  return { SubnetCidrReservation: shape(context, record) };
};

const filters: FilterTable<SubnetReservationRecord> = {
  reservationType: (one) => one.type,
  "reservation-type": (one) => one.type,
  "subnet-id": (one) => one.subnetId,
};

const get: Ec2Operation<"GetSubnetCidrReservations"> = async (input, context) => {
  const all = await inNetwork(context, async (tx) => {
    const { subnetId } = await find(tx, context, kinds.subnet, input.SubnetId!);
    return (await subnetReservations.list(tx, context)).filter((one) => one.subnetId === subnetId);
  });
  const found = applyFilters(all, input.Filters, filters, ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, (one) => one.reservationId);
  const shapes = items.map((one) => shape(context, one));
  return {
    SubnetIpv4CidrReservations: shapes.filter(({ Cidr }) => !Cidr.includes(":")),
    SubnetIpv6CidrReservations: shapes.filter(({ Cidr }) => Cidr.includes(":")),
    NextToken,
  };
};

const remove: Ec2Operation<"DeleteSubnetCidrReservation"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const id = input.SubnetCidrReservationId!;
    const found = await find(tx, context, kinds.subnetReservation, id);
    subnetReservations.delete(tx, context, id);
    return found;
  });
  return { DeletedSubnetCidrReservation: shape(context, record) };
};

export const subnetReservationOperations: Ec2Operations = {
  CreateSubnetCidrReservation: create,
  GetSubnetCidrReservations: get,
  DeleteSubnetCidrReservation: remove,
};
