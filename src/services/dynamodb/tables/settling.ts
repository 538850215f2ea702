/** How long tables take to become what they were asked to be, in cloud time. AWS takes seconds. */
export const settleMs = 500;
