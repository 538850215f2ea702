/**
 * How long tables take to become what they were asked to be, in cloud time. AWS takes seconds, and
 * clients wait by looking every twenty: here they find the table ready at their first look.
 */
export const settleMs = 0;

/** Provisioned capacity takes a while to come, in cloud time; until then the old one is in force. */
export const throughputSettleMs = 2000;
