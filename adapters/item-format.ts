/**
 * The number in every item that tells a later version how to read the item. It is raised with a change that an earlier
 * version must not ignore.
 */
export const ITEM_FORMAT = 1;

/**
 * The format of the items of schedules and of their cues. The version before knows no schedules, and passes over items
 * of a higher format than its own.
 */
export const SCHEDULE_FORMAT = 2;
